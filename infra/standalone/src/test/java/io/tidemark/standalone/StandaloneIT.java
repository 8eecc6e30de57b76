package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.standalone.http.ServerApi;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server in this process, on little data. */
class StandaloneIT {
  private static final int TRIES = 50;
  private static final String SCHEMA =
      """
      {"type":"record","name":"Payment","fields":[
        {"name":"account","type":"string"},{"name":"cents","type":"long"}]}
      """;

  /** Progress by ticks. */
  private static final String BALANCES =
      """
      CREATE MATERIALIZED VIEW balances AS
      SELECT account, COUNT(*) AS payments, SUM(cents) AS cents FROM payments GROUP BY account
      """;

  /** Progress by barriers. */
  private static final String BALANCES_EXACT =
      """
      CREATE MATERIALIZED VIEW balances_exact WITH ('progress' = 'exact') AS
      SELECT account, COUNT(*) AS payments, SUM(cents) AS cents FROM payments GROUP BY account
      """;

  @TempDir Path directory;
  private Standalone server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void readsReflectWhatWasAcknowledgedAlsoAfterARestart() {
    server = Standalone.start(StandaloneConfig.onFreePorts(directory));
    ServerApi api = new ServerApi(server.http());
    createLogAndViews(api);
    // The shards of a view may be opened after its job has begun.
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsInstanceOf(TidemarkException.class)
        .until(() -> api.get("/v1/ready", Map.of(), null).path("ready").asBoolean());

    long payments = 0;
    for (int i = 1; i <= TRIES; i++) {
      payments++;
      String token = pay(api, "a", 5);
      for (String view : List.of("balances", "balances_exact")) {
        assertBalance(api, view, Map.of("consistency", "session"), token, payments);
        assertBalance(api, view, Map.of("consistency", "strong"), null, payments);
      }
    }
    refusesWhatTheRunningServerHas();
    server.close();
    assertThatThrownBy(() -> api.get("/v1/health", Map.of(), null))
        .isInstanceOf(TidemarkException.class);

    server = Standalone.start(StandaloneConfig.onFreePorts(directory));
    ServerApi again = new ServerApi(server.http());
    for (String view : List.of("balances", "balances_exact")) {
      assertBalance(again, view, Map.of("consistency", "strong"), null, payments);
    }
    String token = pay(again, "a", 5);
    for (String view : List.of("balances", "balances_exact")) {
      assertBalance(again, view, Map.of("consistency", "session"), token, payments + 1);
    }
  }

  private void refusesWhatTheRunningServerHas() {
    assertThatThrownBy(() -> Standalone.start(StandaloneConfig.onFreePorts(directory)))
        .hasMessageContainingAll(
            directory.toString(), "in use", "process " + ProcessHandle.current().pid());
    int kafkaPort = URI.create("kafka://" + server.bootstrapServers()).getPort();
    Path other = directory.resolveSibling(directory.getFileName() + "-other");
    assertThatThrownBy(
            () -> Standalone.start(new StandaloneConfig(other, "127.0.0.1", 0, kafkaPort, 0)))
        .hasMessageContainingAll("127.0.0.1:" + kafkaPort, "--kafka-port");
  }

  private static void createLogAndViews(ServerApi api) {
    ObjectNode log = ServerApi.JSON.createObjectNode();
    log.put("schema", SCHEMA);
    log.put("partitions", 2);
    api.put("/v1/logs/payments", "application/json", log.toString());
    api.put("/v1/views/balances", "application/sql", BALANCES);
    api.put("/v1/views/balances_exact", "application/sql", BALANCES_EXACT);
  }

  private static String pay(ServerApi api, String account, long cents) {
    ObjectNode body = ServerApi.JSON.createObjectNode();
    ObjectNode event = body.putArray("events").addObject();
    event.put("key", account);
    event.putObject("value").put("account", account).put("cents", cents);
    return api.post("/v1/logs/payments/events", "application/json", body.toString())
        .path("token")
        .asText();
  }

  private static void assertBalance(
      ServerApi api, String view, Map<String, String> level, String token, long payments) {
    JsonNode answer = Rows.read(api, "/v1/views/" + view + "/rows/a", level, token);
    assertThat(answer.path("row").path("payments").asLong())
        .as("%s of %s: %s", level, view, answer)
        .isEqualTo(payments);
    assertThat(answer.path("row").path("cents").asLong()).isEqualTo(5 * payments);
  }
}
