package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.Event;
import io.tidemark.client.ReadInfo;
import io.tidemark.client.Row;
import io.tidemark.client.RowResult;
import io.tidemark.client.RowsResult;
import io.tidemark.client.TidemarkClient;
import io.tidemark.client.ViewRead;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java client against a real node. */
class ClientIT {
  private static final String SCHEMA =
      """
      {"type":"record","name":"Flight","fields":[{"name":"delay","type":"int"}]}""";

  @RegisterExtension static final TestNode node = new TestNode();
  private static TestView view;
  private static TidemarkClient setup;

  @BeforeAll
  static void start() throws Exception {
    setup = TidemarkClient.of(node.uri());
    assertThat(setup.createLog("flights", SCHEMA, 1)).isTrue();
    view = new TestView(node, "routes", 1, 2, "flights");
    view.beginAll(Position.empty());
    for (int dest = 0; dest < 1_200; dest++) {
      view.row("LAS", dest, dest);
    }
    view.row("LA/X", 1, 1);
    view.progressAll(Position.empty());
    await()
        .ignoreExceptionsMatching(
            e -> e instanceof TidemarkException refused && refused.code().isTooEarly())
        .until(
            () -> {
              int rows = 0;
              for (Row each : setup.scan(ConsistencyLevel.EVENTUAL, "routes")) {
                rows += each.row().isPresent() ? 1 : 0;
              }
              return rows == 1_201;
            });
  }

  @AfterAll
  static void stop() {
    view.close();
  }

  @Test
  void logsAndViewsAreListed() {
    assertThat(setup.createLog("flights", SCHEMA, 1)).isFalse();
    assertThat(setup.logs()).anyMatch(log -> log.path("log").asText().equals("flights"));
    assertThat(setup.views()).anyMatch(each -> each.path("view").asText().equals("routes"));
    assertThat(setup.view("routes").path("shards").asInt()).isEqualTo(2);
  }

  @Test
  void aRowIsReadByItsKey() {
    RowResult found = setup.get(ConsistencyLevel.EVENTUAL, "routes", "LAS", 7);
    assertThat(found.row()).contains(Map.of("origin", "LAS", "dest", 7, "flights", 7));
    assertThat(found.read().level()).isEqualTo("eventual");
    assertThat(found.read().viewVersion()).isEqualTo(1);
    assertThat(setup.get(ConsistencyLevel.EVENTUAL, "routes", "XXX", 7).row()).isEmpty();
    assertThat(setup.get(ConsistencyLevel.EVENTUAL, "routes", "LA/X", 1).row()).isPresent();
  }

  @Test
  void aBatchKeepsTheOrderOfItsKeys() {
    RowsResult result =
        setup.getAll(
            ConsistencyLevel.EVENTUAL,
            "routes",
            List.of(List.of("LAS", 9), List.of("XXX", 1), List.of("LAS", 2)));
    assertThat(result.rows()).extracting(row -> row.key().get("dest")).containsExactly(9, 1, 2);
    assertThat(result.rows())
        .extracting(row -> row.row().isPresent())
        .containsExactly(true, false, true);
  }

  @Test
  void aScanFetchesPageAfterPage() {
    List<Object> dests = new ArrayList<>();
    for (Row row : setup.scan(ConsistencyLevel.EVENTUAL, "routes", "LAS")) {
      dests.add(row.key().get("dest"));
    }
    assertThat(dests).isEqualTo(new ArrayList<Object>(IntStream.range(0, 1_200).boxed().toList()));
    assertThat(setup.scan(ConsistencyLevel.EVENTUAL, "routes", "LA/")).hasSize(1);
    assertThat(setup.scan(ConsistencyLevel.EVENTUAL, "routes", "LAS", 5)).hasSize(1);
    assertThat(setup.scan(ConsistencyLevel.EVENTUAL, "routes")).hasSize(1_201);
  }

  @Test
  void aSessionSeesWhatItHasAppendedAlsoElsewhere() throws Exception {
    TidemarkClient session = TidemarkClient.of(node.uri()).withReadTimeout(Duration.ofSeconds(20));
    assertThat(session.token()).isEmpty();
    Token one = session.append("flights", "LAS", Map.of("delay", 1));
    Token two = session.append("flights", List.of(new Event("LAS", Map.of("delay", 2))));
    Token three =
        session.appendAtomically("flights", List.of(new Event("LAS", Map.of("delay", 3))));
    Token whole = one.merge(two).merge(three);
    assertThat(session.token()).contains(whole);
    TidemarkClient elsewhere = TidemarkClient.of(node.uri()).withToken(session.token().get());
    CompletableFuture<RowResult> read =
        CompletableFuture.supplyAsync(() -> session.get("routes", "LAS", 1));
    assertThatThrownBy(
            () -> elsewhere.withReadTimeout(Duration.ofMillis(100)).get("routes", "LAS", 1))
        .isInstanceOfSatisfying(
            TidemarkException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
    assertThat(read).isNotDone();
    view.progressAll(whole.position());
    RowResult seen = read.get(60, TimeUnit.SECONDS);
    assertThat(seen.read().level()).isEqualTo("session");
    Token after = session.token().get();
    assertThat(after.position().covers(whole.position())).isTrue();
    assertThat(after.position().offset(view.definition.getChangelog(), view.shardOf("LAS", 1)))
        .isPositive();
    RowResult strong = session.get(ConsistencyLevel.STRONG, "routes", "LAS", 1);
    assertThat(strong.read().stalenessMs()).isPresent();
    assertThat(strong.read().epochConfirmed()).isFalse();
    TidemarkClient confirming = session.withConfirmedEpoch();
    ReadInfo both =
        confirming.withConfirmedOrder().get(ConsistencyLevel.STRONG, "routes", "LAS", 1).read();
    assertThat(both.epochConfirmed() && both.orderConfirmed()).isTrue();
    assertThat(strong.read().orderConfirmed()).isFalse();
    assertThat(confirming.get(ConsistencyLevel.STRONG, "routes", "LAS", 1).read().epochConfirmed())
        .isTrue();
    assertThat(confirming.get(ConsistencyLevel.SESSION, "routes", "LAS", 1).read().epochConfirmed())
        .isFalse();
  }

  @Test
  void aBoundedReadIsAsFreshAsAsked() {
    TidemarkClient client = TidemarkClient.of(node.uri());
    RowResult loose =
        client
            .withMaxStaleness(Duration.ofHours(1))
            .get(ConsistencyLevel.BOUNDED, "routes", "LAS", 7);
    assertThat(loose.read().level()).isEqualTo("bounded");
    assertThat(loose.read().stalenessMs().getAsLong()).isLessThanOrEqualTo(3_600_000);
    assertThatThrownBy(
            () ->
                client
                    .withMaxStaleness(Duration.ZERO)
                    .get(ConsistencyLevel.BOUNDED, "routes", "LAS", 7))
        .hasMessageContaining("maxStalenessMs must be a whole number from 1");
  }

  @Test
  void aSnapshotReadsSeveralViewsAtOneCut() throws Exception {
    setup.createLog("cuts", SCHEMA, 1);
    TidemarkClient client = TidemarkClient.of(node.uri()).withReadTimeout(Duration.ofSeconds(20));
    Token token = client.append("cuts", "LAS", Map.of("delay", 1));
    try (TestView one = new TestView(node, "one", 1, 2, true, "cuts");
        TestView two = new TestView(node, "two", 1, 1, true, "cuts")) {
      for (TestView each : List.of(one, two)) {
        each.beginAll(Position.empty());
        each.row("LAS", 1, 5);
        each.row("LA/X", 2, 5);
        each.cutAll(1, token.position());
      }
      await().until(() -> client.views().size() >= 3);
      List<RowsResult> results =
          client.snapshot(
              List.of(
                  ViewRead.keys("one", List.of(List.of("LAS", 1), List.of("XXX", 1))),
                  ViewRead.scan("two", List.of("LA/"), 10),
                  ViewRead.scan("two", List.of(), 1)));
      assertThat(results.get(0).rows())
          .extracting(row -> row.row().isPresent())
          .containsExactly(true, false);
      assertThat(results.get(1).rows()).hasSize(1);
      assertThat(results.get(2).cursor()).isPresent();
      assertThat(results.get(0).read()).isEqualTo(results.get(2).read());
      assertThat(results.get(0).read().level()).isEqualTo("snapshot");
      assertThat(results.get(0).read().exact()).isTrue();
      assertThat(results.get(0).read().cut()).hasValue(token.position());
      assertThat(client.scan(ConsistencyLevel.SNAPSHOT, "two")).hasSize(2);
      assertThatThrownBy(() -> client.get(ConsistencyLevel.SNAPSHOT, "routes", "LAS", 1))
          .isInstanceOfSatisfying(
              TidemarkException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_NEEDS_EXACT));
    }
  }

  @Test
  void errorsKeepTheirCode() throws Exception {
    assertThatThrownBy(() -> setup.get("nothing", "LAS"))
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_VIEW))
        .hasMessageContaining("nothing");
    assertThatThrownBy(() -> setup.append("flights", "k", Map.of("delay", "late")))
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_MISMATCH))
        .hasMessageContaining("delay");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertThatThrownBy(() -> TidemarkClient.of(URI.create("http://127.0.0.1:" + port)).views())
        .isInstanceOfSatisfying(
            TidemarkException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_UNAVAILABLE));
  }
}
