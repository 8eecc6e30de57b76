package io.tidemark.standalone.cli;

import io.tidemark.server.NodeConfig;
import io.tidemark.standalone.NodePart;
import io.tidemark.standalone.StandaloneConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a node until it is told to stop. */
@Command(
    name = "node",
    description =
        "Run only a node, in this process: it keeps all views' rows and answers requests.")
final class NodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Directory of this process.")
  private Path data;

  @Option(
      names = "--host",
      defaultValue = StandaloneConfig.DEFAULT_HOST,
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_HTTP_PORT,
      description = "Port of the HTTP API, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  NodeCommand() {}

  @Override
  public Integer call() throws Exception {
    return PartProcess.run(
        data.resolve("logs"),
        spec.commandLine().getOut(),
        () ->
            NodePart.start(
                cluster.kafka, cluster.registry, NodeConfig.of(data, httpPort).withHost(host)),
        part -> "HTTP " + part.http());
  }
}
