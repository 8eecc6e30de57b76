package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.standalone.http.ServerApi;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads of a view over a view, over HTTP: what a token promises two hops from the log. */
class HopsOverHttpIT {
  private static final int ACCOUNTS = 7;
  private static final int APPENDS = 1_000;

  private static final String SCHEMA =
      """
      {"type":"record","name":"Payment","fields":[
        {"name":"account","type":"string"},{"name":"region","type":"string"},
        {"name":"cents","type":"long"}]}
      """;

  private static final String ACCOUNT =
      """
      CREATE MATERIALIZED VIEW by_account AS
      SELECT account, MAX(region) AS region, COUNT(*) AS payments, SUM(cents) AS cents
      FROM payments GROUP BY account
      """;

  private static final String REGION =
      """
      CREATE MATERIALIZED VIEW by_region WITH ('checkpoint-interval' = '10 ms') AS
      SELECT region, SUM(payments) AS payments, SUM(cents) AS cents FROM by_account GROUP BY region
      """;

  @TempDir Path directory;

  @Test
  void aThousandAppendsAreEachReflectedTwoHopsFurther() {
    try (Standalone server = Standalone.start(StandaloneConfig.onFreePorts(directory))) {
      ServerApi api = new ServerApi(server.http());
      create(api);
      describesWhereItsRowsComeFrom(api);
      for (int i = 1; i <= APPENDS; i++) {
        String token = pay(api, i);
        JsonNode read = read(api, "by_region", "r", Map.of("consistency", "session"), token);
        assertThat(payments(read)).as("append %d: %s", i, read).isEqualTo(i);
        if (i % 25 == 0) {
          JsonNode strong = read(api, "by_region", "r", Map.of("consistency", "strong"), null);
          assertThat(payments(strong)).as(strong.toString()).isEqualTo(i);
        }
      }
      readsOfTheViewAboveCountBelow(api);
      assertThatThrownBy(() -> api.delete("/v1/views/by_account"))
          .isInstanceOfSatisfying(
              TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VIEW_IN_USE))
          .hasMessageContaining("by_region");
    }
  }

  /** Kills end jobs between checkpoints: what they did since is undone and done again. */
  @Test
  void whatWasAcknowledgedIsThereTwoHopsFurtherAfterEveryKill() throws Exception {
    long payments = 0;
    Follower accounts = new Follower("by_account", "payments");
    Follower regions = new Follower("by_region", "payments");
    for (int round = 0; round < 3; round++) {
      List<String> tokens = new ArrayList<>();
      try (ChildServer child = ChildServer.run(directory, "up")) {
        ServerApi api = child.api();
        if (round == 0) {
          create(api);
        } else {
          assertThat(payments(read(api, "by_region", "r", Map.of("consistency", "strong"), null)))
              .isEqualTo(payments);
        }
        var followingAccounts = accounts.follow(child.http(), payments + 60);
        var followingRegions = regions.follow(child.http(), payments + 60);
        for (int i = 0; i < 60; i++) {
          tokens.add(pay(api, i));
          payments++;
          if (i % 10 == 0) {
            JsonNode read =
                read(api, "by_region", "r", Map.of("consistency", "session"), tokens.get(i));
            assertThat(payments(read)).as(read.toString()).isEqualTo(payments);
          }
        }
        assertThat(followingAccounts.get(5, TimeUnit.MINUTES)).hasSize(ACCOUNTS);
        assertThat(followingRegions.get(5, TimeUnit.MINUTES)).containsValue(payments);
      }
    }
  }

  private static void describesWhereItsRowsComeFrom(ServerApi api) {
    JsonNode view = api.get("/v1/views/by_region", Map.of(), null);
    assertThat(view.path("sources").toString()).isEqualTo("[\"payments\"]");
    assertThat(view.path("views").toString()).isEqualTo("[\"by_account\"]");
    assertThat(view.path("progress").asText()).isEqualTo("cut");
  }

  /** Whoever has seen a row of the view above sees what follows from it in the view below. */
  private static void readsOfTheViewAboveCountBelow(ServerApi api) {
    for (int i = APPENDS + 1; i <= APPENDS + 100; i++) {
      pay(api, i);
      long seen = 0;
      String token = null;
      for (int account = 0; account < ACCOUNTS; account++) {
        JsonNode above =
            read(api, "by_account", "account" + account, Map.of("consistency", "session"), token);
        seen += payments(above);
        token = above.path("read").path("token").asText();
      }
      JsonNode below = read(api, "by_region", "r", Map.of("consistency", "session"), token);
      assertThat(payments(below)).as(below.toString()).isGreaterThanOrEqualTo(seen);
    }
  }

  private static void create(ServerApi api) {
    ObjectNode log = ServerApi.JSON.createObjectNode();
    log.put("schema", SCHEMA);
    log.put("partitions", 2);
    api.put("/v1/logs/payments", "application/json", log.toString());
    api.put("/v1/views/by_account", "application/sql", ACCOUNT);
    api.put("/v1/views/by_region", "application/sql", REGION);
  }

  private static String pay(ServerApi api, int i) {
    String account = "account" + i % ACCOUNTS;
    ObjectNode body = ServerApi.JSON.createObjectNode();
    ObjectNode event = body.putArray("events").addObject();
    event.put("key", account);
    event.putObject("value").put("account", account).put("region", "r").put("cents", 5);
    return api.post("/v1/logs/payments/events", "application/json", body.toString())
        .path("token")
        .asText();
  }

  private static JsonNode read(
      ServerApi api, String view, String key, Map<String, String> level, String token) {
    return Rows.read(api, "/v1/views/" + view + "/rows/" + key, level, token);
  }

  private static long payments(JsonNode read) {
    return read.path("row").path("payments").asLong();
  }
}
