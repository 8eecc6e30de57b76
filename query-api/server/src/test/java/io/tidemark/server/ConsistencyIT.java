package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.schemas.catalog.ViewState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What each level promises, over HTTP, with the test as the job that makes progress or does not.
 */
class ConsistencyIT {
  @RegisterExtension static final TestNode node = new TestNode();

  private String log;
  private TestView view;

  @BeforeEach
  void open() {
    log = node.createLog(1);
    view = new TestView(node, "view_" + log, 1, 2, log);
  }

  @AfterEach
  void close() {
    view.close();
  }

  private Token append(int events) throws Exception {
    return node.append(log, events);
  }

  private Position at(long offset) {
    return Position.of(log, 0, offset);
  }

  private String row(String parameters) {
    return "/v1/views/" + view.name + "/rows/LAS/7" + parameters;
  }

  private CompletableFuture<TestNode.Answer> getLater(String path, String... headers) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return node.get(path, headers);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private void build() {
    view.beginAll(Position.empty());
    view.row("LAS", 7, 1);
    view.progressAll(Position.empty());
    await().until(() -> !node.get(row("")).body().path("row").path("flights").isMissingNode());
  }

  @Test
  void eventualReadsWhatIsThere() throws Exception {
    build();
    TestNode.Answer answer = node.get(row(""));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().path("view").asText()).isEqualTo(view.name);
    assertThat(answer.body().path("key").toString()).isEqualTo("{\"origin\":\"LAS\",\"dest\":7}");
    assertThat(answer.body().path("row").toString())
        .isEqualTo("{\"origin\":\"LAS\",\"dest\":7,\"flights\":1}");
    assertThat(answer.body().path("read").path("level").asText()).isEqualTo("eventual");
    assertThat(answer.body().path("read").path("token").asText()).isEqualTo(answer.token());
    assertThat(node.get("/v1/views/" + view.name + "/rows/XXX/7").body().path("row").isNull())
        .isTrue();
  }

  @Test
  void sessionWaitsUntilTheTokenIsReflected() throws Exception {
    build();
    Token token = append(3);
    CompletableFuture<TestNode.Answer> waiting =
        getLater(row("?timeoutMs=20000"), Call.TOKEN_HEADER, token.encode());
    view.row("LAS", 7, 2);
    view.progressAll(at(2));
    assertThat(
            node.getWithEnds(
                    row("?consistency=session&timeoutMs=100"), "Tidemark-Token", token.encode())
                .code())
        .isEqualTo("DEADLINE_EXCEEDED");
    assertThat(waiting).isNotDone();
    view.row("LAS", 7, 3);
    view.progressAll(at(3));
    TestNode.Answer answer = waiting.get(60, TimeUnit.SECONDS);
    assertThat(answer.body().path("row").path("flights").asLong()).isEqualTo(3);
    assertThat(answer.body().path("read").path("level").asText()).isEqualTo("session");
    assertThat(Token.parse(answer.token()).position().covers(token.position())).isTrue();
  }

  @Test
  void aTokenOfLogsThatTheViewDoesNotReadIsNoObstacleAndIsKept() throws Exception {
    build();
    Token token = node.token(Position.of("elsewhere", 0, 1_000));
    TestNode.Answer answer = node.get(row(""), "Tidemark-Token", token.encode());
    assertThat(answer.status()).isEqualTo(200);
    assertThat(Token.parse(answer.token()).position().offset("elsewhere", 0)).isEqualTo(1_000);
  }

  @Test
  void aViewOverAViewWaitsForWhatAReaderOfThatViewHasSeen() throws Exception {
    build();
    String above = view.definition.getChangelog();
    try (TestView below = new TestView(node, view.name + "_below", 1, 1, log, above)) {
      below.beginAll(Position.empty());
      below.row("LAS", 7, 1);
      below.progressAll(Position.of(above, 0, 5));
      String row = "/v1/views/" + below.name + "/rows/LAS/7?timeoutMs=";
      Token seen = node.token(Position.of(above, 0, 7));
      await().until(() -> node.get(row + 0).body().path("row").path("flights").asLong() == 1);
      assertThat(node.getWithEnds(row + 100, "Tidemark-Token", seen.encode()).detail())
          .contains(above + "[0=7]", above + "[0=5]");
      below.row("LAS", 7, 2);
      below.progressAll(Position.of(above, 0, 7));
      assertThat(
              node.get(row + 20_000, "Tidemark-Token", seen.encode())
                  .body()
                  .path("row")
                  .path("flights")
                  .asLong())
          .isEqualTo(2);
      JsonNode described = node.get("/v1/views/" + below.name).body();
      assertThat(described.path("sources").toString()).isEqualTo("[\"" + log + "\"]");
      assertThat(described.path("views").toString()).isEqualTo("[\"" + view.name + "\"]");
      assertThat(described.path("progress").asText()).isEqualTo("cut");
      append(1);
      view.status(ViewState.FAILED, "cannot go on");
      TestNode.Answer failed = node.get(row + "60000&consistency=strong");
      assertThat(failed.code()).isEqualTo("VIEW_FAILED");
      assertThat(failed.detail()).contains("view " + view.name, below.name, "cannot go on");
    }
  }

  @Test
  void aReadIsNeverOlderThanTheReadBeforeItEvenAtTheSamePosition() throws Exception {
    build();
    // A tick's rows may run ahead of its position: only the changelog offset tells the two apart.
    Position position =
        Position.of(
            view.definition.getChangelog(),
            view.shardOf("LAS", 7),
            node.catalog.definition(view.name).isPresent() ? 5 : 0);
    Token token = node.token(position);
    // They are in the changelog, but no progress has made them visible.
    view.row("LAS", 7, 2);
    view.row("LAS", 7, 2);
    view.flush();
    assertThat(node.getWithEnds(row("?timeoutMs=300"), "Tidemark-Token", token.encode()).detail())
        .contains("wanted changelog offset 5");
    long before =
        Token.parse(node.get(row("")).token())
            .position()
            .offset(view.definition.getChangelog(), view.shardOf("LAS", 7));
    assertThat(before).isEqualTo(3);
    view.row("LAS", 7, 2);
    view.progressAll(Position.empty());
    TestNode.Answer answer = node.get(row("?timeoutMs=20000"), "Tidemark-Token", token.encode());
    assertThat(answer.body().path("row").path("flights").asLong()).isEqualTo(2);
    assertThat(
            Token.parse(answer.token())
                .position()
                .offset(view.definition.getChangelog(), view.shardOf("LAS", 7)))
        .isGreaterThanOrEqualTo(5);
  }

  @Test
  void strongWaitsForEverythingThatWasAcknowledgedBefore() throws Exception {
    build();
    append(2);
    CompletableFuture<TestNode.Answer> waiting =
        getLater(row("?consistency=strong&timeoutMs=20000"));
    assertThat(node.getWithEnds(row("?consistency=strong&timeoutMs=200")).code())
        .isEqualTo("DEADLINE_EXCEEDED");
    assertThat(waiting).isNotDone();
    view.row("LAS", 7, 2);
    view.progressAll(at(2));
    assertThat(waiting.get(60, TimeUnit.SECONDS).body().path("row").path("flights").asLong())
        .isEqualTo(2);
  }

  @Test
  void aConfirmedStrongReadWaitsAsWellAndSaysThatItIsConfirmed() throws Exception {
    build();
    assertThat(node.get(row("?consistency=strong&confirm=epoch")).status()).isEqualTo(200);
    append(2);
    CompletableFuture<TestNode.Answer> waiting =
        getLater(row("?consistency=strong&confirm=epoch&timeoutMs=20000"));
    assertThat(node.getWithEnds(row("?consistency=strong&confirm=epoch&timeoutMs=200")).code())
        .isEqualTo("DEADLINE_EXCEEDED");
    assertThat(waiting).isNotDone();
    view.row("LAS", 7, 2);
    view.progressAll(at(2));
    TestNode.Answer answer = waiting.get(60, TimeUnit.SECONDS);
    assertThat(answer.body().path("row").path("flights").asLong()).isEqualTo(2);
    assertThat(answer.body().path("read").path("level").asText()).isEqualTo("strong");
    assertThat(answer.body().path("read").path("confirmed").asText()).isEqualTo("epoch");
    assertThat(node.get(row("?consistency=strong")).body().path("read").has("confirmed")).isFalse();
    TestNode.Answer page =
        node.get("/v1/views/" + view.name + "/rows?limit=1&consistency=strong&confirm=epoch");
    assertThat(page.body().path("read").path("confirmed").asText()).isEqualTo("epoch");
  }

  private String metrics() throws Exception {
    return new String(node.get("/metrics").response().body(), StandardCharsets.UTF_8);
  }

  private CompletableFuture<TestNode.Answer> getInOrderAndAwaitItsWait() throws Exception {
    CompletableFuture<TestNode.Answer> waiting =
        getLater(row("?consistency=strong&confirm=order&timeoutMs=20000"));
    await().until(() -> metrics().contains("tidemark_reads_waiting 1.0"));
    return waiting;
  }

  @Test
  void aRowThatWasWrittenDuringAReadInOrderIsReadAgainBehindAnotherLookAtTheEnds()
      throws Exception {
    build();
    TestNode.Answer atOnce = node.getWithEnds(row("?consistency=strong&confirm=order&timeoutMs=0"));
    assertThat(atOnce.status()).as(atOnce.detail()).isEqualTo(200);
    append(2);
    CompletableFuture<TestNode.Answer> waiting = getInOrderAndAwaitItsWait();
    // What comes now is above the ends that the read waits for, and the row may show it.
    append(1);
    view.row("LAS", 7, 3);
    view.progressAll(at(2));
    await().until(() -> node.get(row("")).body().path("row").path("flights").asInt() == 3);
    assertThat(node.getWithEnds(row("?consistency=strong&timeoutMs=200")).code())
        .isEqualTo("DEADLINE_EXCEEDED");
    assertThat(waiting).isNotDone();
    view.progressAll(at(3));
    TestNode.Answer answer = waiting.get(60, TimeUnit.SECONDS);
    assertThat(answer.status()).as(answer.detail()).isEqualTo(200);
    assertThat(answer.body().path("row").path("flights").asLong()).isEqualTo(3);
    assertThat(answer.body().path("read").path("confirmed").asText()).isEqualTo("order");
    assertThat(
            node.get(row("?consistency=strong&confirm=order,epoch"))
                .body()
                .path("read")
                .path("confirmed")
                .asText())
        .isEqualTo("epoch,order");
  }

  @Test
  void aRowThatOtherRowsChangedAroundIsReadInOrderAtOnce() throws Exception {
    build();
    append(2);
    CompletableFuture<TestNode.Answer> waiting = getInOrderAndAwaitItsWait();
    append(1);
    view.row("LAS", 8, 3);
    view.progressAll(at(2));
    assertThat(waiting.get(60, TimeUnit.SECONDS).body().path("row").path("flights").asLong())
        .isEqualTo(1);
  }

  @Test
  void aRowThatIsNotThereIsReadInOrderToo() throws Exception {
    build();
    append(2);
    view.delete(view.shardOf("LAS", 7), 0, "LAS", 7);
    view.progressAll(at(2));
    await().until(() -> node.get(row("")).body().path("row").isNull());
    TestNode.Answer answer = node.get(row("?consistency=strong&confirm=order"));
    assertThat(answer.status()).as(answer.detail()).isEqualTo(200);
    assertThat(answer.body().path("row").isNull()).isTrue();
    TestNode.Answer batch =
        node.post(
            "/v1/views/" + view.name + "/rows:batchGet?consistency=strong&confirm=order",
            "{\"keys\":[[\"LAS\",7],[\"LAS\",8],[\"NONE\",1]]}");
    assertThat(batch.status()).as(batch.detail()).isEqualTo(200);
    assertThat(batch.body().path("read").path("confirmed").asText()).isEqualTo("order");
  }

  @Test
  void aRowThatIsWrittenAllTheTimeIsNotReadInOrder() throws Exception {
    build();
    append(1);
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try {
                // The log is always ahead of the view, so there is always one more step to wait
                // for.
                for (int n = 1; !over.get(); n++) {
                  append(1);
                  view.row("LAS", 7, n);
                  view.progressAll(at(n));
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    try {
      await().until(() -> flights(node.get(row(""))) > 1);
      TestNode.Answer answer =
          node.getWithEnds(row("?consistency=strong&confirm=order&timeoutMs=5000"));
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.code()).isEqualTo("ORDER_NOT_CONFIRMED");
      assertThat(answer.detail()).contains("within 5000 ms", "had changed each time");
      assertThat(answer.body().path("retry").asText()).isEqualTo("now");
      assertThat(node.get(row("?consistency=strong")).status()).isEqualTo(200);
    } finally {
      over.set(true);
      writer.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void strongSeesThroughATransactionMarkerAtTheEndOfALog() throws Exception {
    build();
    node.logs
        .appender()
        .appendAtomically(List.of(TestNode.event(log), TestNode.event(log)))
        .get(60, TimeUnit.SECONDS);
    view.row("LAS", 7, 2);
    // The marker lies at offset 2, where no source will ever get.
    view.progressAll(at(2));
    TestNode.Answer answer = node.get(row("?consistency=strong&timeoutMs=20000"));
    assertThat(answer.status()).as(answer.detail()).isEqualTo(200);
    assertThat(answer.body().path("row").path("flights").asLong()).isEqualTo(2);
    append(1);
    assertThat(node.getWithEnds(row("?consistency=strong&timeoutMs=200")).code())
        .isEqualTo("DEADLINE_EXCEEDED");
  }

  @Test
  void aDeadlineSaysWhatWasWantedAndReached() throws Exception {
    build();
    append(4);
    view.progressAll(at(3));
    await()
        .until(
            () ->
                node.get("/v1/views/" + view.name).body().path("frontier").path(log).path(0).asInt()
                    == 3);
    TestNode.Answer answer = node.getWithEnds(row("?consistency=strong&timeoutMs=50"));
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.body().path("retry").asText()).isEqualTo("now");
    assertThat(answer.detail())
        .contains("within 50 ms", "shard " + view.shardOf("LAS", 7), log + "[0=4]", log + "[0=3]");
  }

  @Test
  void aFailedJobEndsTheWaitAndSaysWhy() throws Exception {
    build();
    append(1);
    view.status(ViewState.FAILED, "cannot decode " + log + "-0 at 17");
    long startNs = System.nanoTime();
    TestNode.Answer answer = node.get(row("?consistency=strong&timeoutMs=60000"));
    assertThat(System.nanoTime() - startNs).isLessThan(TimeUnit.SECONDS.toNanos(50));
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.code()).isEqualTo("VIEW_FAILED");
    assertThat(answer.detail()).contains("cannot decode " + log + "-0 at 17");
    // What is there stays readable.
    assertThat(node.get(row("")).status()).isEqualTo(200);
  }

  @Test
  void aViewThatIsStillBuiltSaysSo() throws Exception {
    append(5);
    view.beginAll(at(5));
    view.row("LAS", 7, 1);
    view.progressAll(at(2));
    await().until(() -> node.get(row("")).body().path("row").path("flights").asLong() == 1);
    assertThat(node.get(row("")).body().path("read").path("building").asBoolean()).isTrue();
    TestNode.Answer answer = node.getWithEnds(row("?consistency=strong&timeoutMs=100"));
    assertThat(answer.code()).isEqualTo("VIEW_BUILDING");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body().path("retry").asText()).isEqualTo("later");
    assertThat(answer.body().path("reached").path(log).path(0).asLong()).isEqualTo(2);
    assertThat(answer.body().path("target").path(log).path(0).asLong()).isEqualTo(5);
    assertThat(answer.body().path("percent").asInt()).isEqualTo(40);
    assertThat(answer.detail()).contains("40 % done");
    assertThat(node.get("/v1/views/" + view.name).body().path("state").asText())
        .isEqualTo("building");
    view.progressAll(at(5));
    assertThat(node.get(row("?consistency=strong")).status()).isEqualTo(200);
    // The other shard, too.
    await()
        .until(
            () -> node.get("/v1/views/" + view.name).body().path("state").asText(),
            "ready"::equals);
  }

  @Test
  void halfATickIsNeverSeen() throws Exception {
    // Two keys of one shard that every tick sets to the same number.
    int other = 8;
    while (view.shardOf("LAS", other) != view.shardOf("LAS", 7)) {
      other++;
    }
    build();
    view.row("LAS", other, 1);
    view.progressAll(Position.empty());
    // Before that tick, which is the second, the view rightly has the first key alone.
    String second = "/v1/views/" + view.name + "/rows/LAS/" + other;
    await().until(() -> flights(node.get(second)) == 1);
    String keys = "{\"keys\":[[\"LAS\",7],[\"LAS\"," + other + "]]}";
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Integer> reads =
        CompletableFuture.supplyAsync(
            () -> {
              int count = 0;
              long last = 0;
              try {
                while (!over.get()) {
                  var rows =
                      node.post("/v1/views/" + view.name + "/rows:batchGet", keys)
                          .body()
                          .path("rows");
                  long first = rows.path(0).path("row").path("flights").asLong();
                  assertThat(rows.path(1).path("row").path("flights").asLong()).isEqualTo(first);
                  assertThat(first).isGreaterThanOrEqualTo(last);
                  last = first;
                  count++;
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
              return count;
            });
    for (int tick = 2; tick < 300; tick++) {
      view.row("LAS", 7, tick);
      view.row("LAS", other, tick);
      view.progress(view.shardOf("LAS", 7), 0, at(tick));
    }
    over.set(true);
    assertThat(reads.get(60, TimeUnit.SECONDS)).isPositive();
  }

  @Test
  void aNewEpochIsFollowedByReadersOnlyForward() throws Exception {
    build();
    append(12);
    int shard = view.shardOf("LAS", 7);
    view.row("LAS", 7, 50);
    view.progressAll(at(10));
    Token seen = node.token(at(10));
    assertThat(flights(node.get(row("?timeoutMs=20000"), "Tidemark-Token", seen.encode())))
        .isEqualTo(50);
    long epoch = view.begin(shard, 1, 0, at(10));
    view.row(shard, epoch, "LAS", 7, 49);
    view.progress(shard, epoch, at(9));
    Token flipped = node.token(at(12));
    assertThat(node.getWithEnds(row("?timeoutMs=300"), "Tidemark-Token", flipped.encode()).status())
        .isEqualTo(504);
    assertThat(flights(node.get(row("")))).isEqualTo(50);
    view.row(shard, epoch, "LAS", 7, 51);
    view.progress(shard, epoch, at(12));
    assertThat(flights(node.get(row("?timeoutMs=20000"), "Tidemark-Token", flipped.encode())))
        .isEqualTo(51);
  }

  @Test
  void aTargetThatEndsInATransactionMarkerIsReached() throws Exception {
    build();
    int shard = view.shardOf("LAS", 7);
    node.logs.appender().appendAtomically(List.of(TestNode.event(log))).get(60, TimeUnit.SECONDS);
    view.progressAll(at(1));
    long epoch = view.begin(shard, 1, 0, at(2));
    view.row(shard, epoch, "LAS", 7, 77);
    view.progress(shard, epoch, at(1));
    await().until(() -> flights(node.get(row(""))) == 77);
  }

  private static long flights(TestNode.Answer answer) {
    assertThat(answer.status()).as(answer.detail()).isEqualTo(200);
    return answer.body().path("row").path("flights").asLong();
  }

  @Test
  void waitsAreBounded() throws Exception {
    build();
    node.logs
        .appender()
        .append(java.util.Collections.nCopies(1_000, TestNode.event(log)))
        .get(60, TimeUnit.SECONDS);
    String future = node.token(at(1_000)).encode();
    List<CompletableFuture<TestNode.Answer>> answers = new java.util.ArrayList<>();
    for (int i = 0; i < TestNode.MAX_WAITS; i++) {
      answers.add(node.getAsync(row("?timeoutMs=20000"), "Tidemark-Token", future));
    }
    await().until(() -> metrics().contains("tidemark_reads_waiting " + TestNode.MAX_WAITS + ".0"));
    for (int i = 0; i < 10; i++) {
      assertThat(node.get(row("?timeoutMs=20000"), "Tidemark-Token", future).code())
          .isEqualTo("OVERLOADED");
    }
    for (CompletableFuture<TestNode.Answer> answer : answers) {
      assertThat(answer.get(60, TimeUnit.SECONDS).code()).isEqualTo("DEADLINE_EXCEEDED");
    }
    // None of them is left behind.
    view.progressAll(at(1_000));
    assertThat(node.get(row("?timeoutMs=20000"), "Tidemark-Token", future).status()).isEqualTo(200);
  }

  @Test
  void aDroppedViewEndsItsWaitsAndLeavesNothingBehind() throws Exception {
    build();
    append(1);
    Path shards = node.shards().resolve(view.name + "-v1");
    assertThat(shards).exists();
    CompletableFuture<TestNode.Answer> waiting =
        getLater(row("?consistency=strong&timeoutMs=20000"));
    view.drop();
    TestNode.Answer answer = waiting.get(60, TimeUnit.SECONDS);
    assertThat(answer.code()).isEqualTo("UNKNOWN_VIEW");
    assertThat(node.get(row("")).status()).isEqualTo(404);
    await().until(() -> !Files.exists(shards));
    try (TestView second = new TestView(node, view.name, 2, 2, log)) {
      second.beginAll(Position.empty());
      second.row("LAS", 7, 2);
      second.progressAll(Position.empty());
      await().until(() -> node.get(row("")).body().path("row").path("flights").asLong() == 2);
    }
  }

  @Test
  void aShardThatCannotGoOnSaysWhyAndStaysReadableWhileOthersAdvance() throws Exception {
    build();
    int broken = view.shardOf("LAS", 7);
    view.send(
        new org.apache.kafka.clients.producer.ProducerRecord<>(
            view.definition.getChangelog(), broken, new byte[] {'k'}, new byte[] {1}));
    await()
        .until(
            () ->
                node.get("/v1/views/" + view.name)
                    .body()
                    .path("replicas")
                    .path(broken)
                    .path("message")
                    .asText()
                    .contains("it carries no epoch"));
    assertThat(flights(node.get(row("")))).isEqualTo(1);
    int dest = 0;
    while (view.shardOf("LAX", dest) == broken) {
      dest++;
    }
    int other = dest;
    view.row("LAX", other, 5);
    view.progress(1 - broken, 0, at(1));
    await().until(() -> flights(node.get("/v1/views/" + view.name + "/rows/LAX/" + other)) == 5);
    append(1);
    assertThat(node.getWithEnds(row("?consistency=strong&timeoutMs=100")).detail())
        .contains("the shard has stopped");
  }
}
