package io.tidemark.standalone.cli;

import io.tidemark.server.NodeConfig;
import io.tidemark.standalone.NodePart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a node until it is told to stop. */
@Command(
    name = "node",
    description =
        "Run only a node, in this process: it keeps all views' rows and answers requests.")
final class NodeCommand implements Callable<Integer> {
  @Mixin private PartOptions process;
  @Mixin private ClusterOptions cluster;
  @Mixin private HostOption listen;
  @Mixin private HttpPortOption http;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  NodeCommand() {}

  @Override
  public Integer call() throws Exception {
    return process.run(
        () ->
            NodePart.start(
                cluster.kafka,
                cluster.registry,
                NodeConfig.of(process.data, http.port).withHost(listen.host)),
        part -> "HTTP " + part.http());
  }
}
