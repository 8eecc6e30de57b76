package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bounded staleness, over HTTP, with the test as the job that keeps up or does not. */
class BoundedIT {
  @RegisterExtension static final TestNode node = new TestNode();

  private String log;
  private TestView view;

  @BeforeEach
  void build() throws Exception {
    log = node.createLog(1);
    view = new TestView(node, "view_" + log, 1, 2, log);
    view.beginAll(Position.empty());
    reach(Position.empty(), 1);
  }

  @AfterEach
  void close() {
    view.close();
  }

  private String row(String parameters) {
    return "/v1/views/" + view.name + "/rows/LAS/7" + parameters;
  }

  private String bounded(long maxStalenessMs, long timeoutMs) {
    return row(
        "?consistency=bounded&maxStalenessMs=%d&timeoutMs=%d".formatted(maxStalenessMs, timeoutMs));
  }

  private static long stalenessMs(TestNode.Answer answer) {
    assertThat(answer.status()).as(answer.detail()).isEqualTo(200);
    JsonNode staleness = answer.body().path("read").path("stalenessMs");
    return staleness.isNumber() ? staleness.asLong() : Long.MAX_VALUE;
  }

  @Test
  void aShardThatHasEverythingIsReadAtOnceAndIsAsFreshAsAsked() throws Exception {
    for (int bound : new int[] {30, 100, 1_000, 3_600_000}) {
      TestNode.Answer answer = node.get(bounded(bound, 60_000));
      assertThat(stalenessMs(answer)).isLessThanOrEqualTo(bound);
      assertThat(answer.body().path("read").path("level").asText()).isEqualTo("bounded");
    }
    // What the sampler knows is enough: no look-up is needed that could time out.
    assertThat(node.get(bounded(3_600_000, 0)).status()).isEqualTo(200);
  }

  @Test
  void aJobThatLagsIsAwaited() throws Exception {
    node.append(log, 3);
    reach(Position.of(log, 0, 2), 2);
    // From here on no sample that ends at the second event, taken between appends, is recent
    // enough.
    await().until(() -> node.get(bounded(150, 0)).code().equals("DEADLINE_EXCEEDED"));
    CompletableFuture<TestNode.Answer> waiting = node.getAsync(bounded(150, 20_000));
    reach(Position.of(log, 0, 2), 3);
    assertThat(waiting).isNotDone();
    reach(Position.of(log, 0, 3), 4);
    TestNode.Answer answer = waiting.get(60, TimeUnit.SECONDS);
    assertThat(stalenessMs(answer)).isLessThanOrEqualTo(150);
    assertThat(answer.body().path("row").path("flights").asLong()).isEqualTo(4);
  }

  /** Has the view get there with that row, and returns once a reader sees it. */
  private void reach(Position position, long flights) throws Exception {
    view.row("LAS", 7, flights);
    view.progressAll(position);
    await().until(() -> node.get(row("")).body().path("row").path("flights").asLong() == flights);
  }

  @Test
  void aJobThatIsDeadIsNeverCalledFresh() throws Exception {
    node.append(log, 1);
    await().until(() -> stalenessMs(node.get(row(""))) > 300);
    TestNode.Answer answer = node.getWithEnds(bounded(300, 200));
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.code()).isEqualTo("DEADLINE_EXCEEDED");
    assertThat(answer.body().path("retry").asText()).isEqualTo("now");
    assertThat(answer.body().path("stalenessMs").asLong()).isGreaterThanOrEqualTo(300);
    assertThat(answer.body().path("wanted").path(log).path(0).asLong()).isEqualTo(1);
    assertThat(answer.detail()).contains("ms stale, asked for at most 300");
    // It only gets worse, while eventual goes on serving and says so.
    long before = stalenessMs(node.get(row("")));
    await().until(() -> stalenessMs(node.get(row(""))) > before + 500);
    assertThat(node.get(bounded(300, 0)).code()).isEqualTo("DEADLINE_EXCEEDED");
    // A bound that was met when the job died is met as long as it allows.
    assertThat(node.get(bounded(3_600_000, 0)).status()).isEqualTo(200);
  }

  @Test
  void oneShardThatLagsIsEnoughToMakeAScanStale() throws Exception {
    node.append(log, 1);
    view.progress(0, 0, Position.of(log, 0, 1));
    String scan =
        "/v1/views/" + view.name + "/rows?consistency=bounded&maxStalenessMs=200&timeoutMs=";
    // The progress of shard 0 may be on its way for longer than the bound.
    await()
        .until(
            () -> {
              TestNode.Answer answer = node.get(scan + 0);
              return answer.code().equals("DEADLINE_EXCEEDED")
                  && answer.body().path("shard").asInt(-1) == 1;
            });
    view.progress(1, 0, Position.of(log, 0, 1));
    assertThat(stalenessMs(node.get(scan + 20_000))).isLessThanOrEqualTo(200);
  }

  @Test
  void aTokenIsKeptToo() throws Exception {
    Token token = node.append(log, 1);
    // Loose enough that the bound alone is met.
    TestNode.Answer answer = node.get(bounded(3_600_000, 50), Call.TOKEN_HEADER, token.encode());
    assertThat(answer.code()).isEqualTo("DEADLINE_EXCEEDED");
    view.progressAll(Position.of(log, 0, 1));
    assertThat(node.get(bounded(3_600_000, 20_000), Call.TOKEN_HEADER, token.encode()).status())
        .isEqualTo(200);
  }

  @Test
  void aLookUpOfStrongIsASampleToo() throws Exception {
    TestNode.Answer strong = node.get(row("?consistency=strong"));
    assertThat(stalenessMs(strong)).isLessThan(20_000);
  }
}
