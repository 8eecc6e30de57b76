package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.client.Row;
import io.tidemark.client.RowResult;
import io.tidemark.client.TidemarkClient;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reads of earlier states, by token and by time, with the test as the view's job. */
class AsOfIT {
  private static final int SHARDS = 3;
  private static final int ROWS = 12;

  @RegisterExtension static final TestNode node = new TestNode();

  private String log;
  private TestView view;

  @BeforeEach
  void build() {
    log = node.createLog(1);
    view = new TestView(node, "v_" + log, 1, SHARDS, false, Map.of("retention", "1 h"), log);
    view.beginAll(Position.empty());
  }

  @AfterEach
  void close() {
    view.close();
  }

  private Position at(long offset) {
    return Position.of(log, 0, offset);
  }

  private String token(long offset) {
    return node.token(at(offset)).encode();
  }

  /** Makes a state visible in which all rows have that value, and returns a time when it was so. */
  private Instant show(TestView shown, long value, long offset) {
    for (int dest = 0; dest < ROWS; dest++) {
      shown.row("LAS", dest, value);
    }
    long[] ends = new long[SHARDS];
    for (int shard = 0; shard < SHARDS; shard++) {
      ends[shard] =
          shown.definition.getExact()
              ? shown.cut(shard, 0, value, at(offset))
              : shown.progress(shard, 0, at(offset));
    }
    // States that nobody waits for may be skipped by the replica.
    await().until(() -> reached(shown, ends));
    Instant visible = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    await().until(() -> Instant.now().isAfter(visible.plusMillis(2)));
    return visible;
  }

  private static boolean reached(TestView shown, long[] ends) throws Exception {
    JsonNode replicas = node.get("/v1/views/" + shown.name).body().path("replicas");
    for (int shard = 0; shard < SHARDS; shard++) {
      if (replicas.path(shard).path("changelogOffset").asLong() <= ends[shard]) {
        return false;
      }
    }
    return true;
  }

  private String rows(String parameters) {
    return "/v1/views/" + view.name + "/rows" + parameters;
  }

  /** The one value that all rows of the answer have. */
  private static long value(TestNode.Answer answer) {
    assertThat(answer.status()).as(answer.detail()).isEqualTo(200);
    List<Long> values = new ArrayList<>();
    for (JsonNode row : answer.body().findValues("flights")) {
      values.add(row.asLong());
    }
    assertThat(values).isNotEmpty().containsOnly(values.get(0));
    return values.get(0);
  }

  private long asOf(String text) throws Exception {
    return value(node.get(rows("?asOf=" + TestNode.encode(text))));
  }

  private static void assertRefused(TestNode.Answer answer, int status, String code) {
    assertThat(answer.code()).as(answer.detail()).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body().path("retry").asText()).isEqualTo("never");
  }

  @Test
  void aTokenGivesTheOldestStateThatCoversIt() throws Exception {
    show(view, 1, 1);
    show(view, 2, 2);
    show(view, 5, 5);
    show(view, 6, 6);
    for (String each : List.of("1 1", "2 2", "3 5", "5 5", "6 6")) {
      long offset = Long.parseLong(each.split(" ")[0]);
      long expected = Long.parseLong(each.split(" ")[1]);
      String asked = "token:" + token(offset);
      assertThat(asOf(asked)).as(each).isEqualTo(expected);
      assertThat(value(node.get(rows("/LAS/3?asOf=" + asked)))).as(each).isEqualTo(expected);
      assertThat(asOf("position:" + at(offset))).as(each).isEqualTo(expected);
      TestNode.Answer batch =
          node.post(rows(":batchGet?asOf=" + asked), "{\"keys\":[[\"LAS\",1],[\"LAS\",2]]}");
      assertThat(value(batch)).as(each).isEqualTo(expected);
      JsonNode read = batch.body().path("read");
      assertThat(read.path("level").asText()).isEqualTo("as-of");
      assertThat(read.path("asOf").asText()).isEqualTo(asked);
      assertThat(read.path("stalenessMs").isNull()).isTrue();
      assertThat(read.path("exact").asBoolean()).isFalse();
      assertThat(read.path("token").asText()).isEqualTo(batch.token());
      assertThat(Token.parse(batch.token()).position().offset(log, 0)).isEqualTo(expected);
    }
    assertThat(value(node.get(rows("?consistency=as-of&asOf=token:" + token(2))))).isEqualTo(2);
    assertThat(value(node.get(rows("")))).isEqualTo(6);
  }

  @Test
  void theTokenOfAnAnswerGivesTheSameRowsAgain() throws Exception {
    show(view, 1, 1);
    // Rows that run ahead: both states claim the same position, and only one of them was seen.
    show(view, 2, 2);
    show(view, 3, 2);
    TestNode.Answer seen = node.get(rows(""));
    assertThat(value(seen)).isEqualTo(3);
    show(view, 4, 4);
    assertThat(asOf("token:" + token(2))).isEqualTo(2);
    assertThat(asOf("token:" + seen.token())).isEqualTo(3);
    TestNode.Answer old = node.get(rows("?asOf=token:" + token(2)));
    assertThat(asOf("token:" + old.token())).isEqualTo(2);
  }

  @Test
  void aTokenThatIsNotReachedYetIsWaitedFor() throws Exception {
    show(view, 1, 1);
    String asked = rows("?asOf=token:" + token(3));
    assertThat(node.get(asked + "&timeoutMs=50").code()).isEqualTo("DEADLINE_EXCEEDED");
    Token appended = node.append(log, 3);
    assertThat(appended.position()).isEqualTo(at(3));
    CompletableFuture<TestNode.Answer> waiting = node.getAsync(asked + "&timeoutMs=20000");
    show(view, 3, 3);
    assertThat(value(waiting.get(60, TimeUnit.SECONDS))).isEqualTo(3);
  }

  @Test
  void aTimeGivesWhatWasVisibleThen() throws Exception {
    Instant before = Instant.now().minusSeconds(1);
    Instant one = show(view, 1, 1);
    Instant two = show(view, 2, 2);
    show(view, 3, 3);
    assertThat(asOf(one.toString())).isEqualTo(1);
    assertThat(asOf(two.toString())).isEqualTo(2);
    assertThat(value(node.get(rows("/LAS/3?asOf=" + one)))).isEqualTo(1);
    assertRefused(node.get(rows("?asOf=" + before)), 410, "AS_OF_GONE");
    TestNode.Answer future = node.get(rows("?asOf=" + Instant.now().plusSeconds(600)));
    assertRefused(future, 400, "INVALID_REQUEST");
    assertThat(future.detail()).contains("time of the past", "it is 2");
  }

  @Test
  void statesOfExactViewsAreExact() throws Exception {
    try (TestView exact =
        new TestView(node, view.name + "x", 1, SHARDS, true, Map.of("retention", "1 h"), log)) {
      exact.beginAll(Position.empty());
      show(exact, 1, 1);
      show(exact, 2, 2);
      show(exact, 3, 3);
      TestNode.Answer answer = node.get("/v1/views/" + exact.name + "/rows?asOf=token:" + token(2));
      assertThat(value(answer)).isEqualTo(2);
      assertThat(answer.body().path("read").path("exact").asBoolean()).isTrue();
    }
  }

  @Test
  void allPagesShowTheSameStates() throws Exception {
    show(view, 1, 1);
    Instant two = show(view, 2, 2);
    for (String asked : List.of("token:" + token(2), two.toString())) {
      TestNode.Answer first = node.get(rows("?limit=5&asOf=" + asked));
      assertThat(value(first)).isEqualTo(2);
      show(view, 3, 2);
      String cursor = "&limit=5&cursor=" + first.body().path("cursor").asText();
      TestNode.Answer second = node.get(rows("?asOf=" + asked + cursor));
      assertThat(value(second)).isEqualTo(2);
      assertThat(second.token()).isEqualTo(first.token());
      assertThat(second.body().path("rows")).hasSize(5);
      assertRefused(node.get(rows("?" + cursor.substring(1))), 400, "INVALID_CURSOR");
      assertRefused(node.get(rows("?asOf=token:" + token(1) + cursor)), 400, "INVALID_CURSOR");
    }
    String plain = node.get(rows("?limit=5")).body().path("cursor").asText();
    assertRefused(
        node.get(rows("?asOf=token:" + token(2) + "&cursor=" + plain)), 400, "INVALID_CURSOR");
  }

  @Test
  void earlierStatesOutliveARestartOfTheNode() throws Exception {
    // A token of what the log does not have would be found out while the shard is being opened.
    node.append(log, 4);
    Instant one = show(view, 1, 1);
    show(view, 2, 2);
    show(view, 3, 3);
    node.restartNode();
    // The node opens the shards of all tests so far.
    assertThat(value(node.get(rows("?timeoutMs=60000&asOf=token:" + token(1))))).isEqualTo(1);
    assertThat(asOf("token:" + token(2))).isEqualTo(2);
    assertThat(asOf(one.toString())).isEqualTo(1);
    show(view, 4, 4);
    assertThat(asOf("token:" + token(2))).isEqualTo(2);
    assertThat(asOf("token:" + token(4))).isEqualTo(4);
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    show(view, 1, 1);
    TestNode.Answer session =
        node.get(rows("?asOf=token:" + token(1)), Call.TOKEN_HEADER, token(1));
    assertRefused(session, 400, "INVALID_REQUEST");
    assertThat(session.detail()).contains(Call.TOKEN_HEADER);
    String foreign = node.foreign("another", at(1)).encode();
    assertRefused(node.get(rows("?asOf=token:" + foreign)), 400, "FOREIGN_TOKEN");
    for (String position :
        List.of("", log, log + "[]", log + "[0]", log + "[0=x]", log + "[0=0]", "others[0=7]")) {
      TestNode.Answer answer = node.get(rows("?asOf=" + TestNode.encode("position:" + position)));
      assertRefused(answer, 400, "INVALID_REQUEST");
      assertThat(answer.detail()).contains("position:" + position);
    }
    assertRefused(node.post("/v1/snapshot?asOf=token:" + token(1), "{}"), 400, "INVALID_REQUEST");
    assertThat(node.get("/v1/views/" + view.name).body().path("retentionMs").asLong())
        .isEqualTo(3_600_000);
    try (TestView forgetful = new TestView(node, view.name + "f", 1, SHARDS, log)) {
      forgetful.beginAll(Position.empty());
      show(forgetful, 1, 1);
      TestNode.Answer answer =
          node.get("/v1/views/" + forgetful.name + "/rows?asOf=token:" + token(1));
      assertRefused(answer, 400, "NO_RETENTION");
      assertThat(answer.detail()).contains(forgetful.name, "'retention'");
    }
  }

  @Test
  void theClientReadsThePastWhateverItHasSeen() throws Exception {
    Instant one = show(view, 1, 1);
    show(view, 2, 2);
    show(view, 3, 3);
    TidemarkClient client = TidemarkClient.of(node.uri());
    assertThat(client.get(view.name, "LAS", 3).row().orElseThrow()).containsEntry("flights", 3);
    RowResult old = client.asOf(Token.parse(token(2))).get(view.name, "LAS", 3);
    assertThat(old.row().orElseThrow()).containsEntry("flights", 2);
    assertThat(old.read().level()).isEqualTo("as-of");
    assertThat(old.read().stalenessMs()).isEmpty();
    assertThat(client.asOf(at(2)).get(view.name, "LAS", 3).row()).isEqualTo(old.row());
    assertThat(client.asOf(one).getAll(view.name, List.of(List.of("LAS", 1))).rows())
        .allSatisfy(row -> assertThat(row.row().orElseThrow()).containsEntry("flights", 1));
    List<Row> scanned = new ArrayList<>();
    client.asOf(one).scan(view.name, "LAS").forEach(scanned::add);
    assertThat(scanned)
        .hasSize(ROWS)
        .allSatisfy(row -> assertThat(row.row().orElseThrow()).containsEntry("flights", 1));
    assertThat(client.get(view.name, "LAS", 3).row().orElseThrow()).containsEntry("flights", 3);
  }
}
