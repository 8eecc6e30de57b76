package io.tidemark.standalone.cli;

import io.tidemark.standalone.DeployerPart;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the deployer of a cluster until it is told to stop. */
@Command(
    name = "deployer",
    description = "Run only the deployer, in this process: it keeps the views' jobs in Flink.")
final class DeployerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Directory of this process.")
  private Path data;

  @Option(
      names = "--flink",
      required = true,
      paramLabel = "URL",
      description = "REST address of Flink's job manager, which has Tidemark on its class path.")
  private URI flink;

  @Option(
      names = "--checkpoints",
      required = true,
      paramLabel = "DIR",
      description = "Directory for checkpoints, the same for this process and for Flink's.")
  private Path checkpoints;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  DeployerCommand() {}

  @Override
  public Integer call() throws Exception {
    return PartProcess.run(
        data.resolve("logs"),
        spec.commandLine().getOut(),
        () -> DeployerPart.start(cluster.kafka, cluster.registry, flink, checkpoints),
        part -> "deployer for Flink at " + flink);
  }
}
