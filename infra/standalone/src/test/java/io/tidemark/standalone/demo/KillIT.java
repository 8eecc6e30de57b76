package io.tidemark.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.standalone.ChildServer;
import io.tidemark.standalone.Rows;
import io.tidemark.standalone.http.ServerApi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
      server.awaitLine("all views reflect all events", Duration.ofMinutes(10));
      createProbeLog(server.api());
      createProbeView(server.api());
      LogContents logs = LogContents.read(server.bootstrapServers(), server.registry());
      assertThat(counts(logs.flights()).equals(counts(DemoFiles.flights())))
          .as("every flight of the file is in the log, none lost and none doubled")
          .isTrue();
      assertThat(counts(logs.airports())).isEqualTo(counts(DemoFiles.airports()));
      assertThat(Set.copyOf(logs.probes())).containsAll(acknowledged);
      ExpectedViews.of(logs.flights(), logs.airports()).assertEqualTo(server.api());
      assertThat(Rows.all(server.api(), "probe_counts").keySet())
          .isEqualTo(Set.copyOf(logs.probes()));
    }
  }

  /** How often each stands there: comparing half a million events as lists would take for ever. */
  private static <T> Map<T, Long> counts(List<T> events) {
    return events.stream().collect(Collectors.groupingBy(e -> e, Collectors.counting()));
  }

  private void killDuringLoad(int round, int afterMs) throws Exception {
    try (ChildServer server = ChildServer.run(directory, "demo")) {
      ServerApi api = server.api();
      Thread prober = new Thread(() -> probe(api, round), "prober");
      prober.setDaemon(true);
      prober.start();
      // Either it loads, or an earlier round came through with all of it.
      server.awaitAny(Duration.ofMinutes(10), "airports: ", "all views reflect");
      // The moment is what is random here; nothing is waited for.
      assertThat(new CountDownLatch(1).await(afterMs, TimeUnit.MILLISECONDS)).isFalse();
      server.close();
      prober.join(30_000);
      assertThat(prober.isAlive()).isFalse();
      System.out.printf(
          "KillIT: round %d killed %d ms into the load, after %s; %d probes acknowledged so far%n",
          round, afterMs, server.lines().get(server.lines().size() - 1), acknowledged.size());
    }
  }

  private static void createProbeLog(ServerApi api) {
    ObjectNode log = ServerApi.JSON.createObjectNode();
    log.put("schema", PROBE_SCHEMA).put("partitions", 2);
    api.put("/v1/logs/probes", "application/json", log.toString());
  }

  private static void createProbeView(ServerApi api) {
    api.put(
        "/v1/views/probe_counts",
        "application/sql",
        "CREATE MATERIALIZED VIEW probe_counts AS SELECT id, COUNT(*) AS n FROM probes GROUP BY id");
  }

  /** Appends until the server is gone. */
  private void probe(ServerApi api, int round) {
    try {
      createProbeLog(api);
      for (int i = 0; true; i++) {
        String id = round + "-" + i;
        ObjectNode body = ServerApi.JSON.createObjectNode();
        ObjectNode event = body.putArray("events").addObject();
        event.put("key", id).putObject("value").put("id", id);
        api.post("/v1/logs/probes/events", "application/json", body.toString());
        acknowledged.add(id);
      }
    } catch (TidemarkException e) {
      // What it was about was not acknowledged.
    }
  }
}
