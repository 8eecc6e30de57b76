package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.Event;
import io.tidemark.client.TidemarkClient;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A log is deleted and made anew, and grows past the old one: what anybody knew of the old one is
 * then worth nothing, and never taken for something about the new one.
 */
class LogRecreatedIT {
  @RegisterExtension static final TestNode node = new TestNode();

  private static final int BEFORE = 3;
  private static final int AFTER = 7;

  private String log;
  private Token appended;
  private TestView first;

  /** A view that reflects all of the old log. */
  @BeforeEach
  void build() throws Exception {
    log = node.createLog(1);
    appended = node.append(log, BEFORE);
    first = view(1, "v_" + log, BEFORE);
  }

  @AfterEach
  void close() {
    first.close();
  }

  /** An exact view that reflects so much of the log and keeps earlier states. */
  private TestView view(int version, String name, int events) throws Exception {
    TestView view = new TestView(node, name, version, 1, true, Map.of("retention", "1 h"), log);
    view.beginAll(Position.empty());
    view.row("LAS", 7, events);
    view.row("SFO", 8, events);
    view.cutAll(1, Position.of(log, 0, events));
    await()
        .until(
            () -> node.get(path(view, "/rows/LAS/7")).body().at("/row/flights").asLong() == events);
    return view;
  }

  private static String path(TestView view, String rest) {
    return "/v1/views/" + view.name + rest;
  }

  private void assertRefused(TestNode.Answer answer) {
    assertThat(answer.code()).as(answer.body().toString()).isEqualTo("LOG_RECREATED");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.body().path("retry").asText()).isEqualTo("never");
    assertThat(answer.detail()).contains("log " + log).contains("new session");
  }

  private static void assertServed(TestNode.Answer answer) {
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    assertThat(answer.body().toString()).contains("\"flights\":" + AFTER);
  }

  /** Everything that takes a token, with that token and no doubt that it has been reached. */
  private static List<TestNode.Answer> everyRead(TestView view, String token) throws Exception {
    String row = "/rows/LAS/7?timeoutMs=60000&consistency=";
    String[] header = {Call.TOKEN_HEADER, token};
    return List.of(
        node.get(path(view, row + "eventual"), header),
        node.get(path(view, row + "session"), header),
        node.get(path(view, row + "bounded&maxStalenessMs=60000"), header),
        node.get(path(view, row + "strong"), header),
        node.get(path(view, row + "as-of&asOf=token:" + token)),
        node.get(path(view, "/rows"), header),
        node.get(path(view, "/rows?consistency=snapshot"), header),
        node.post(path(view, "/rows:batchGet"), "{\"keys\":[[\"LAS\",7]]}", header),
        node.post("/v1/snapshot", "{\"reads\":[{\"view\":\"" + view.name + "\"}]}", header));
  }

  /** The answer where no stream begins. */
  private static TestNode.Answer changes(TestView view, String query, String... headers)
      throws Exception {
    return node.getAsync(path(view, "/changes" + query), headers).get(60, TimeUnit.SECONDS);
  }

  @Test
  void everyLevelRefusesATokenOfTheOldLogAndKeepsOneOfTheNewLog() throws Exception {
    String oldRead = node.get(path(first, "/rows/LAS/7")).token();
    String oldCursor =
        node.get(path(first, "/rows?limit=1&consistency=snapshot")).body().path("cursor").asText();
    assertThat(oldCursor).isNotEmpty();
    first.drop();

    node.makeAnew(log, 1);
    Token fresh = node.append(log, AFTER);
    try (TestView second = view(2, first.name, AFTER)) {
      for (String old : List.of(appended.encode(), oldRead)) {
        for (TestNode.Answer answer : everyRead(second, old)) {
          assertRefused(answer);
        }
        assertRefused(changes(second, "?from=token:" + old));
        assertRefused(changes(second, "", Call.LAST_EVENT_ID_HEADER, old));
        assertRefused(changes(second, "?from=start", Call.TOKEN_HEADER, old));
        // Nor can the two be made one, for whatever view.
        assertRefused(
            node.get(
                path(second, "/rows/LAS/7?consistency=eventual"),
                Call.TOKEN_HEADER,
                fresh.encode(),
                Call.TOKEN_HEADER,
                old));
      }
      // A cursor belongs to a version of its view.
      assertThat(node.get(path(second, "/rows?consistency=snapshot&cursor=" + oldCursor)).code())
          .isEqualTo("INVALID_CURSOR");

      String freshRead = node.get(path(second, "/rows/LAS/7")).token();
      for (String token : List.of(fresh.encode(), freshRead)) {
        everyRead(second, token).forEach(LogRecreatedIT::assertServed);
        try (ChangeReader reader = new ChangeReader(node, path(second, "/changes"))) {
          reader.lastId = token;
          reader.connect();
        }
      }
      second.drop();
    }
  }

  @Test
  void aViewOfTheOldLogPromisesNothingAboutTheNewOne() throws Exception {
    node.makeAnew(log, 1);
    Token fresh = node.append(log, AFTER);
    // At once, since the view knows which log it was made over.
    assertRefused(node.get(path(first, "/rows/LAS/7"), Call.TOKEN_HEADER, fresh.encode()));
    // And without a token when the node has looked.
    for (String level : List.of("session", "strong", "bounded&maxStalenessMs=60000", "snapshot")) {
      String read = path(first, "/rows/LAS/7?timeoutMs=0&consistency=" + level);
      await().until(() -> node.get(read).code().equals("LOG_RECREATED"));
      assertThat(node.get(read).detail()).contains(log).contains("drop the view");
    }
    assertThat(node.get(path(first, "/rows/LAS/7")).body().at("/row/flights").asLong())
        .isEqualTo(BEFORE);
  }

  @Test
  void aChangelogOfADroppedVersionIsNotWaitedFor() throws Exception {
    String seen = node.token(Position.of(Shards.changelog(first.name, 1), 0, 1_000_000)).encode();
    first.drop();
    try (TestView second = view(2, first.name, AFTER)) {
      node.append(log, AFTER - BEFORE);
      assertServed(node.get(path(second, "/rows/LAS/7"), Call.TOKEN_HEADER, seen));
      second.drop();
    }
  }

  @Test
  void theClientIsToldAndCanBeginAnew() throws Exception {
    TidemarkClient old = TidemarkClient.of(node.uri());
    old.append(log, "k", Map.of("text", "x"));
    Token before = old.token().orElseThrow();
    first.drop();
    node.makeAnew(log, 1);
    TidemarkClient fresh = TidemarkClient.of(node.uri());
    for (int i = 0; i < AFTER; i++) {
      fresh.append(log, "k", Map.of("text", "x"));
    }
    try (TestView second = view(2, first.name, AFTER)) {
      assertRecreated(() -> old.get(second.name, "LAS", 7));
      assertRecreated(() -> old.get(ConsistencyLevel.STRONG, second.name, "LAS", 7));
      assertRecreated(() -> old.get(ConsistencyLevel.EVENTUAL, second.name, "LAS", 7));
      assertRecreated(() -> old.asOf(before).get(second.name, "LAS", 7));
      assertRecreated(() -> old.changesSince(before, second.name));
      assertRecreated(() -> old.changes(second.name));
      // Its own token and that of the new event cannot be merged.
      assertRecreated(() -> old.append(log, List.of(new Event("k", Map.of("text", "x")))));
      assertThat(old.token()).hasValue(before);
      second.cutAll(2, Position.of(log, 0, AFTER + 1));
      assertThat(fresh.get(second.name, "LAS", 7).row()).isPresent();
      assertThat(fresh.withToken(fresh.token().orElseThrow()).get(second.name, "LAS", 7).row())
          .isPresent();
      second.drop();
    }
  }

  private void assertRecreated(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_RECREATED))
        .hasMessageContaining(log);
  }
}
