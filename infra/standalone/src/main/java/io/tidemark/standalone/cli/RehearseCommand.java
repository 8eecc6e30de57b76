package io.tidemark.standalone.cli;

import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.TidemarkClient;
import io.tidemark.server.NodeConfig;
import io.tidemark.standalone.NodePart;
import io.tidemark.standalone.Standalone;
import io.tidemark.standalone.StandaloneConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;

/**
 * Does what servers do at a start and soon after it, on a directory of its own. The launcher has
 * the JVM keep the classes that this loads; what is not rehearsed here is only loaded more slowly.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description = "Start and use a server on a directory of its own, and end; for the launcher.")
final class RehearseCommand implements Callable<Integer> {
  private static final long LIMIT_S = 90;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String SCHEMA =
      """
      {"type":"record","name":"Payment","fields":[
        {"name":"account","type":"string"},{"name":"cents","type":"long"}]}
      """;
  private static final String BALANCES =
      """
      CREATE MATERIALIZED VIEW balances AS
      SELECT account, COUNT(*) AS payments, SUM(cents) AS cents FROM payments GROUP BY account
      """;

  @SuppressWarnings("NullAway.Init") // picocli makes it
  RehearseCommand() {}

  @Override
  public Integer call() throws Exception {
    Thread limit = endAnyway();
    Path directory = Files.createTempDirectory("tidemark-rehearsal");
    ServerLog.open(directory.resolve("logs"));
    try {
      // The commands that are not this one.
      Main.commandLine().getUsageMessage();
      rehearse(directory);
    } finally {
      Utils.delete(directory.toFile());
      limit.interrupt();
    }
    return 0;
  }

  /** Somebody waits for the launcher, who does not know of this. */
  private static Thread endAnyway() {
    Thread thread =
        new Thread(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(LIMIT_S);
              } catch (InterruptedException e) {
                return;
              }
              Runtime.getRuntime().halt(1);
            },
            "tidemark-rehearsal-limit");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void rehearse(Path directory) throws Exception {
    try (Standalone server =
        Standalone.start(StandaloneConfig.onFreePorts(directory.resolve("server")))) {
      TidemarkClient client = TidemarkClient.of(server.http()).withReadTimeout(PATIENCE);
      client.createLog("payments", SCHEMA, 2);
      client.createView("balances", BALANCES);
      client.append("payments", "a", Map.of("account", "a", "cents", 5));
      read(client);
    }
    // What a second start does is something else: it finds things, and reads them.
    try (Standalone server =
            Standalone.start(StandaloneConfig.onFreePorts(directory.resolve("server")));
        NodePart node =
            NodePart.start(
                server.bootstrapServers(),
                server.registry(),
                NodeConfig.of(directory.resolve("node"), 0))) {
      TidemarkClient client = TidemarkClient.of(server.http()).withReadTimeout(PATIENCE);
      client.append("payments", "a", Map.of("account", "a", "cents", 7));
      read(client);
      read(TidemarkClient.of(node.http()).withReadTimeout(PATIENCE));
    }
  }

  private static void read(TidemarkClient client) {
    client.get("balances", "a");
    client.get(ConsistencyLevel.STRONG, "balances", "a");
    client.getAll(ConsistencyLevel.STRONG, "balances", List.of(List.of("a"), List.of("b")));
    client.scan(ConsistencyLevel.EVENTUAL, "balances").forEach(row -> {});
  }
}
