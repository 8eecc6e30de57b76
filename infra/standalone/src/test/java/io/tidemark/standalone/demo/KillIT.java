package io.tidemark.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.standalone.ChildServer;
import io.tidemark.standalone.Rows;
import io.tidemark.standalone.http.ServerApi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the process at random moments of the demo's load, again and again on one directory. {@code
 * -Dtidemark.kill.rounds=10} for more rounds, {@code -Dtidemark.kill.seed=…} to repeat one run.
 */
class KillIT {
  private static final int ROUNDS = Integer.getInteger("tidemark.kill.rounds", 2);
  private static final long SEED = Long.getLong("tidemark.kill.seed", System.nanoTime());
  private static final int LONGEST_LOAD_MS = 6_000;
  private static final String PROBE_SCHEMA =
      """
      {"type":"record","name":"Probe","fields":[{"name":"id","type":"string"}]}
      """;

  @TempDir Path directory;

  /** The ids of the probes that were acknowledged; they are appended beside the load. */
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

  @Test
  void nothingIsLostOrDoubledAndViewsEqualAFoldOverTheLogs() throws Exception {
    System.out.println("KillIT: seed " + SEED + ", rounds " + ROUNDS);
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      killDuringLoad(round, random.nextInt(LONGEST_LOAD_MS));
    }
    try (ChildServer server = ChildServer.run(directory, "demo")) {
      server.awaitLine("all views reflect all events", Duration.ofMinutes(4));
      LogContents logs = LogContents.read(server.bootstrapServers(), server.registry());
      assertThat(logs.flights()).hasSize((int) DemoLog.FLIGHTS.events());
      assertThat(logs.flights())
          .as("every flight of the file, none lost and none doubled")
          .containsExactlyInAnyOrderElementsOf(DemoFiles.flights());
      assertThat(logs.airports()).containsExactlyInAnyOrderElementsOf(DemoFiles.airports());
      assertThat(logs.probes()).containsAll(acknowledged);
      ExpectedViews.of(logs.flights(), logs.airports()).assertEqualTo(server.api());
      assertThat(Rows.all(server.api(), "probe_counts").keySet())
          .containsExactlyInAnyOrderElementsOf(Set.copyOf(logs.probes()));
    }
  }

  private void killDuringLoad(int round, int afterMs) throws Exception {
    try (ChildServer server = ChildServer.run(directory, "demo")) {
      ServerApi api = server.api();
      createProbes(api);
      Thread prober = new Thread(() -> probe(api, round), "prober");
      prober.setDaemon(true);
      prober.start();
      server.awaitLine("airports: ", Duration.ofMinutes(1));
      // The moment is what is random here; nothing is waited for.
      assertThat(new CountDownLatch(1).await(afterMs, TimeUnit.MILLISECONDS)).isFalse();
      server.close();
      prober.join(30_000);
      assertThat(prober.isAlive()).isFalse();
      System.out.printf(
          "KillIT: round %d killed %d ms into the load, %d probes acknowledged so far%n",
          round, afterMs, acknowledged.size());
    }
  }

  private static void createProbes(ServerApi api) {
    ObjectNode log = ServerApi.JSON.createObjectNode();
    log.put("schema", PROBE_SCHEMA).put("partitions", 2);
    api.put("/v1/logs/probes", "application/json", log.toString());
    api.put(
        "/v1/views/probe_counts",
        "application/sql",
        "CREATE MATERIALIZED VIEW probe_counts AS SELECT id, COUNT(*) AS n FROM probes GROUP BY id");
  }

  /** Appends until the server is gone. */
  private void probe(ServerApi api, int round) {
    for (int i = 0; true; i++) {
      String id = round + "-" + i;
      ObjectNode body = ServerApi.JSON.createObjectNode();
      ObjectNode event = body.putArray("events").addObject();
      event.put("key", id).putObject("value").put("id", id);
      try {
        api.post("/v1/logs/probes/events", "application/json", body.toString());
      } catch (TidemarkException e) {
        return;
      }
      acknowledged.add(id);
    }
  }
}
