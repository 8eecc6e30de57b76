package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.Shards;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a token is worth on other shards and views, and what tokens are worth nothing. */
class SessionIT {
  @RegisterExtension static final TestNode node = new TestNode();

  private String log;
  private TestView view;
  private TestView other;
  private int shard;
  private int destElsewhere;

  /** Two ticking views of one log. */
  @BeforeEach
  void build() throws Exception {
    log = node.createLog(1);
    view = new TestView(node, "a_" + log, 1, 2, log);
    other = new TestView(node, "b_" + log, 1, 1, log);
    shard = view.shardOf("LAS", 7);
    destElsewhere = 8;
    while (view.shardOf("LAS", destElsewhere) == shard) {
      destElsewhere++;
    }
    for (TestView each : new TestView[] {view, other}) {
      each.beginAll(Position.empty());
      each.row("LAS", 7, 1);
      each.row("LAS", destElsewhere, 1);
      each.progressAll(Position.empty());
    }
    await()
        .until(
            () ->
                flights(view, 7) == 1
                    && flights(view, destElsewhere) == 1
                    && flights(other, 7) == 1);
  }

  @AfterEach
  void close() {
    view.close();
    other.close();
  }

  private Position at(long offset) {
    return Position.of(log, 0, offset);
  }

  private static String row(TestView view, int dest, String parameters) {
    return "/v1/views/" + view.name + "/rows/LAS/" + dest + parameters;
  }

  private static long flights(TestView view, int dest) throws Exception {
    return node.get(row(view, dest, "")).body().path("row").path("flights").asLong();
  }

  /** Reads a row that already reflects the log's only event, while the position does not say so. */
  private String tokenOfARowThatRanAhead() throws Exception {
    node.append(log, 1);
    view.row("LAS", 7, 2);
    view.progress(shard, 0, Position.empty());
    await().until(() -> flights(view, 7) == 2);
    TestNode.Answer answer = node.get(row(view, 7, ""));
    assertThat(Token.parse(answer.token()).position().offset(log, 0)).isZero();
    return answer.token();
  }

  private static TestNode.Answer session(TestView view, int dest, int timeoutMs, String token)
      throws Exception {
    return node.getWithEnds(row(view, dest, "?timeoutMs=" + timeoutMs), Call.TOKEN_HEADER, token);
  }

  @Test
  void whatARowShowedAnotherViewOfTheLogShowsToo() throws Exception {
    String token = tokenOfARowThatRanAhead();
    assertThat(session(other, 7, 200, token).code()).isEqualTo("DEADLINE_EXCEEDED");
    CompletableFuture<TestNode.Answer> waiting =
        node.getAsync(row(other, 7, "?timeoutMs=20000"), Call.TOKEN_HEADER, token);
    other.row("LAS", 7, 2);
    other.progressAll(at(1));
    assertThat(waiting.get(60, TimeUnit.SECONDS).body().path("row").path("flights").asLong())
        .isEqualTo(2);
  }

  @Test
  void whatARowShowedAnotherShardOfTheViewShowsToo() throws Exception {
    String token = tokenOfARowThatRanAhead();
    // The very shard needs no more than its changelog offset.
    assertThat(session(view, 7, 0, token).status()).isEqualTo(200);
    assertThat(session(view, destElsewhere, 200, token).code()).isEqualTo("DEADLINE_EXCEEDED");
    view.progress(1 - shard, 0, at(1));
    assertThat(session(view, destElsewhere, 20_000, token).status()).isEqualTo(200);
  }

  @Test
  void whatADroppedViewShowedIsNotForgotten() throws Exception {
    String token = tokenOfARowThatRanAhead();
    view.drop();
    await().until(() -> node.get("/v1/views/" + view.name).status() == 404);
    assertThat(session(other, 7, 200, token).code()).isEqualTo("DEADLINE_EXCEEDED");
    other.progressAll(at(1));
    assertThat(session(other, 7, 20_000, token).status()).isEqualTo(200);
  }

  @Test
  void boundedReadsKeepItToo() throws Exception {
    String token = tokenOfARowThatRanAhead();
    String bounded = "?consistency=bounded&maxStalenessMs=3600000&timeoutMs=200";
    assertThat(node.getWithEnds(row(other, 7, bounded), Call.TOKEN_HEADER, token).code())
        .isEqualTo("DEADLINE_EXCEEDED");
  }

  @Test
  void aTokenOfAScanIsWorthWhatItsFurthestShardShowed() throws Exception {
    node.append(log, 3);
    view.progress(shard, 0, at(3));
    view.progress(1 - shard, 0, at(1));
    await()
        .until(
            () ->
                Token.parse(node.get("/v1/views/" + view.name + "/rows").token())
                        .position()
                        .offset(log, 0)
                    == 3);
    String token = node.get("/v1/views/" + view.name + "/rows").token();
    other.progressAll(at(2));
    assertThat(session(other, 7, 200, token).code()).isEqualTo("DEADLINE_EXCEEDED");
    other.progressAll(at(3));
    assertThat(session(other, 7, 20_000, token).status()).isEqualTo(200);
  }

  @Test
  void aTokenBehindTheEndOfItsLogIsRefusedWithoutWaitingLong() throws Exception {
    node.append(log, 5);
    String token = node.token(at(6)).encode();
    TestNode.Answer answer = session(view, 7, 60_000, token);
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.code()).isEqualTo("TOKEN_AHEAD");
    assertThat(answer.body().path("retry").asText()).isEqualTo("never");
    assertThat(answer.detail()).contains(log + "[0=6]", log + "[0=5]");
    // One that is only not reflected yet is waited for.
    assertThat(session(view, 7, 300, node.token(at(5)).encode()).code())
        .isEqualTo("DEADLINE_EXCEEDED");
    String ofChangelog =
        node.token(Position.of(Shards.changelog(view.name, 1), shard, 1_000)).encode();
    assertThat(session(view, 7, 60_000, ofChangelog).code()).isEqualTo("TOKEN_AHEAD");
  }

  @Test
  void aViewThatReflectsMoreThanItsLogHoldsIsNotCalledFresh() throws Exception {
    node.append(log, 2);
    // As it is when a log has been deleted and made anew behind the view's back.
    view.progressAll(at(100));
    await()
        .until(
            () -> Token.parse(node.get(row(view, 7, "")).token()).position().offset(log, 0) == 100);
    TestNode.Answer strong = node.get(row(view, 7, "?consistency=strong"));
    assertThat(strong.status()).isEqualTo(503);
    assertThat(strong.code()).isEqualTo("LOG_SHRUNK");
    assertThat(strong.body().path("retry").asText()).isEqualTo("later");
    assertThat(strong.detail()).contains(log + "[0=100]", log + "[0=2]");
    // No sample of those logs makes it fresh.
    await()
        .until(
            () ->
                node.get(row(view, 7, "?consistency=bounded&maxStalenessMs=500"))
                    .code()
                    .equals("LOG_SHRUNK"));
    assertThat(node.get(row(view, 7, "")).body().path("read").path("stalenessMs").asLong())
        .isGreaterThan(250);
  }
}
