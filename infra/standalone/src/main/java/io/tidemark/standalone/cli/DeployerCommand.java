package io.tidemark.standalone.cli;

import io.tidemark.standalone.DeployerPart;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the deployer of a cluster until it is told to stop. */
@Command(
    name = "deployer",
    description = "Run only the deployer, in this process: it keeps the views' jobs in Flink.")
final class DeployerCommand implements Callable<Integer> {
  @Mixin private PartOptions process;
  @Mixin private ClusterOptions cluster;

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
    return process.run(
        () -> DeployerPart.start(cluster.kafka, cluster.registry, flink, checkpoints),
        part -> "deployer for Flink at " + flink);
  }
}
