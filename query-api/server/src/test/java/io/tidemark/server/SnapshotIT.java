package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows of many shards and views at one cut, with the test as the jobs that make the cuts. */
class SnapshotIT {
  @RegisterExtension static final TestNode node = new TestNode();

  private String log;
  private TestView view;
  private TestView other;

  /** Two exact views of one log, both at offset 1, where all rows say 1. */
  @BeforeEach
  void build() throws Exception {
    log = node.createLog(1);
    view = new TestView(node, "a_" + log, 1, 3, true, log);
    other = new TestView(node, "b_" + log, 1, 2, true, log);
    for (TestView each : List.of(view, other)) {
      each.beginAll(Position.empty());
      rows(each, 1);
      each.cutAll(1, at(1));
    }
    await().until(() -> node.post("/v1/snapshot", both()).status() == 200);
  }

  @AfterEach
  void close() {
    view.close();
    other.close();
  }

  private Position at(long offset) {
    return Position.of(log, 0, offset);
  }

  private static void rows(TestView view, long value) {
    for (int dest = 0; dest < 12; dest++) {
      view.row("LAS", dest, value);
    }
  }

  private String both() {
    return """
    {"reads":[{"view":"%s"},{"view":"%s","prefix":"LAS/","limit":7},
              {"view":"%1$s","keys":[["LAS",3],["XXX",0]]}]}"""
        .formatted(view.name, other.name);
  }

  private String scan(String parameters) {
    return "/v1/views/" + view.name + "/rows?consistency=snapshot" + parameters;
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

  private long cut(TestNode.Answer answer) {
    return answer.body().path("read").path("cut").path(log).path(0).asLong();
  }

  @Test
  void everyRowIsOfTheCutThatTheAnswerNames() throws Exception {
    TestNode.Answer answer = node.get(scan(""));
    assertThat(value(answer)).isEqualTo(1);
    assertThat(cut(answer)).isEqualTo(1);
    JsonNode read = answer.body().path("read");
    assertThat(read.path("level").asText()).isEqualTo("snapshot");
    assertThat(read.path("exact").asBoolean()).isTrue();
    assertThat(read.path("token").asText()).isEqualTo(answer.token());
    assertThat(Token.parse(answer.token()).position().offset(log, 0)).isEqualTo(1);
    TestNode.Answer one = node.get("/v1/views/" + view.name + "/rows/LAS/3?consistency=snapshot");
    assertThat(value(one)).isEqualTo(1);
    assertThat(cut(one)).isEqualTo(1);
  }

  @Test
  void shardsThatStandAtDifferentCutsAreNotReadTogether() throws Exception {
    rows(view, 2);
    view.cut(0, 0, 2, at(2));
    view.cut(1, 0, 2, at(2));
    await().until(() -> frontier(view, 1) == 2 && frontier(view, 0) == 2);
    TestNode.Answer answer = node.get(scan("&timeoutMs=100"));
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.code()).isEqualTo("DEADLINE_EXCEEDED");
    assertThat(answer.body().path("shard").asInt()).isEqualTo(2);
    CompletableFuture<TestNode.Answer> waiting = node.getAsync(scan("&timeoutMs=20000"));
    view.cut(2, 0, 2, at(2));
    assertThat(value(waiting.get(60, TimeUnit.SECONDS))).isEqualTo(2);
  }

  private static long frontier(TestView view, int shard) throws Exception {
    JsonNode replica =
        node.get("/v1/views/" + view.name).body().path("replicas").path(shard).path("frontier");
    return replica.elements().hasNext() ? replica.elements().next().path(0).asLong() : 0;
  }

  @Test
  void severalViewsAreReadAtEqualPositions() throws Exception {
    TestNode.Answer answer = node.post("/v1/snapshot", both());
    assertThat(value(answer)).isEqualTo(1);
    JsonNode reads = answer.body().path("reads");
    assertThat(reads).hasSize(3);
    assertThat(reads.path(0).path("view").asText()).isEqualTo(view.name);
    assertThat(reads.path(0).path("rows")).hasSize(12);
    assertThat(reads.path(1).path("rows")).hasSize(7);
    assertThat(reads.path(1).path("cursor").isTextual()).isTrue();
    assertThat(reads.path(2).path("rows").path(1).path("row").isNull()).isTrue();
    rows(view, 2);
    view.cutAll(2, at(2));
    await().until(() -> frontier(view, 2) == 2);
    assertThat(node.post("/v1/snapshot?timeoutMs=100", both()).code())
        .isEqualTo("DEADLINE_EXCEEDED");
    // The other job cuts elsewhere: it has come further, but nowhere did the two of them meet.
    rows(other, 3);
    other.cutAll(2, at(3));
    await().until(() -> frontier(other, 1) == 3);
    rows(view, 4);
    view.cutAll(3, at(4));
    await().until(() -> frontier(view, 2) == 4);
    assertThat(node.post("/v1/snapshot?timeoutMs=100", both()).status()).isNotEqualTo(200);
    rows(other, 4);
    other.cutAll(3, at(4));
    TestNode.Answer met = node.post("/v1/snapshot?timeoutMs=20000", both());
    assertThat(value(met)).isEqualTo(4);
    assertThat(cut(met)).isEqualTo(4);
  }

  @Test
  void shardsOfDifferentRunsOfAJobAreNoCut() throws Exception {
    long epoch = view.begin(0, 2, 0, at(1));
    for (int dest = 0; dest < 12; dest++) {
      if (view.shardOf("LAS", dest) == 0) {
        view.row(0, epoch, "LAS", dest, 1);
      }
    }
    view.cut(0, epoch, 1, at(1));
    await()
        .until(
            () ->
                node.get("/v1/views/" + view.name)
                        .body()
                        .path("replicas")
                        .path(0)
                        .path("epoch")
                        .asLong()
                    == epoch);
    TestNode.Answer answer = node.get(scan("&timeoutMs=100"));
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.code()).isEqualTo("NO_COMMON_CUT");
    assertThat(answer.body().path("retry").asText()).isEqualTo("later");
    assertThat(answer.detail()).contains(view.name + "/0 at " + log + "[0=1]");
  }

  @Test
  void viewsWithoutACommonLogAgreeAboutNothing() throws Exception {
    String unrelated = node.createLog(1);
    try (TestView third = new TestView(node, view.name + "x", 1, 1, true, unrelated)) {
      third.beginAll(Position.empty());
      third.row("LAS", 1, 1);
      third.cutAll(1, Position.of(unrelated, 0, 77));
      String body =
          "{\"reads\":[{\"view\":\"%s\"},{\"view\":\"%s\"}]}".formatted(view.name, third.name);
      await().until(() -> frontier(third, 0) == 77);
      TestNode.Answer answer = node.post("/v1/snapshot", body);
      assertThat(value(answer)).isEqualTo(1);
      assertThat(answer.body().path("read").path("cut"))
          .isEqualTo(Json.MAPPER.readTree("{\"%s\":[1],\"%s\":[77]}".formatted(log, unrelated)));
    }
  }

  @Test
  void theCutCoversTheToken() throws Exception {
    String token = node.token(node.append(log, 2).position()).encode();
    TestNode.Answer answer = node.get(scan("&timeoutMs=100"), Call.TOKEN_HEADER, token);
    assertThat(answer.code()).isEqualTo("DEADLINE_EXCEEDED");
    rows(view, 2);
    view.cutAll(2, at(2));
    assertThat(value(node.get(scan("&timeoutMs=20000"), Call.TOKEN_HEADER, token))).isEqualTo(2);
  }

  @Test
  void thePagesOfAScanAreAtOneCut() throws Exception {
    TestNode.Answer first = node.get(scan("&limit=5"));
    String cursor = first.body().path("cursor").asText();
    TestNode.Answer second = node.get(scan("&limit=5&cursor=" + cursor));
    assertThat(value(second)).isEqualTo(1);
    assertThat(cut(second)).isEqualTo(1);
    rows(view, 2);
    view.cutAll(2, at(2));
    await().until(() -> value(node.get(scan(""))) == 2);
    TestNode.Answer third = node.get(scan("&limit=5&cursor=" + cursor));
    assertThat(value(third)).isEqualTo(1);
    assertThat(cut(third)).isEqualTo(1);
    assertThat(third.body().path("rows")).isEqualTo(second.body().path("rows"));
    String plain = "/v1/views/" + view.name + "/rows?limit=5";
    String eventual = node.get(plain).body().path("cursor").asText();
    assertThat(node.get(scan("&limit=5&cursor=" + eventual)).code()).isEqualTo("INVALID_CURSOR");
    // At another level the cut is only what must be reflected at least.
    assertThat(value(node.get(plain + "&consistency=session&cursor=" + cursor))).isEqualTo(2);
  }

  @Test
  void aShardThatIsAheadIsReadAsItWasAtTheCut() throws Exception {
    String cursor = node.get(scan("&limit=5")).body().path("cursor").asText();
    rows(view, 2);
    view.cut(0, 0, 2, at(2));
    await().until(() -> frontier(view, 0) == 2);
    TestNode.Answer answer = node.get(scan("&cursor=" + cursor));
    assertThat(answer.body().path("rows")).hasSize(12 - 5);
    assertThat(value(answer)).isEqualTo(1);
    assertThat(cut(answer)).isEqualTo(1);
  }

  @Test
  void aCutThatIsNotKeptIsRefused() throws Exception {
    String cursor = node.get(scan("&limit=5")).body().path("cursor").asText();
    ChangesConfig usual = ChangesConfig.DEFAULT;
    node.restartNode(
        new ChangesConfig(
            usual.maxStreams(),
            usual.bufferBytes(),
            usual.stallTimeout(),
            usual.heartbeat(),
            Duration.ZERO));
    try {
      AtomicLong last = new AtomicLong(1);
      TestNode.Answer gone =
          await()
              .until(
                  () -> {
                    long value = last.incrementAndGet();
                    rows(view, value);
                    view.cutAll(value, at(value));
                    return node.get(scan("&timeoutMs=60000&limit=5&cursor=" + cursor));
                  },
                  answer -> answer.status() != 200 || value(answer) != 1);
      assertThat(gone.status()).isEqualTo(410);
      assertThat(gone.code()).isEqualTo("CUT_GONE");
      assertThat(gone.body().path("retry").asText()).isEqualTo("never");
    } finally {
      node.restartNode();
    }
  }

  @Test
  void aViewWithoutExactProgressIsRefused() throws Exception {
    try (TestView ticking = new TestView(node, view.name + "t", 1, 1, log)) {
      await().until(() -> node.get("/v1/views/" + ticking.name).status() == 200);
      TestNode.Answer answer = node.get("/v1/views/" + ticking.name + "/rows?consistency=snapshot");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("SNAPSHOT_NEEDS_EXACT");
      assertThat(answer.body().path("retry").asText()).isEqualTo("never");
      assertThat(
              node.post(
                      "/v1/snapshot",
                      "{\"reads\":[{\"view\":\"%s\"},{\"view\":\"%s\"}]}"
                          .formatted(view.name, ticking.name))
                  .detail())
          .contains(ticking.name);
    }
  }

  @Test
  void badSnapshotsAreRefused() throws Exception {
    String[] bad = {
      "{}",
      "{\"reads\":[]}",
      "{\"reads\":[{}]}",
      "{\"reads\":[{\"view\":1}]}",
      "{\"reads\":[{\"view\":\"%s\",\"keys\":[],\"limit\":1}]}".formatted(view.name),
      "{\"reads\":[{\"view\":\"%s\",\"prefix\":7}]}".formatted(view.name)
    };
    for (String body : bad) {
      assertThat(node.post("/v1/snapshot", body).code()).as(body).isEqualTo("INVALID_REQUEST");
    }
    assertThat(
            node.post(
                    "/v1/snapshot",
                    "{\"reads\":[{\"view\":\"%s\",\"limit\":0}]}".formatted(view.name))
                .code())
        .isEqualTo("INVALID_LIMIT");
    assertThat(node.post("/v1/snapshot", "{\"reads\":[{\"view\":\"nothing\"}]}").code())
        .isEqualTo("UNKNOWN_VIEW");
    assertThat(node.post("/v1/snapshot?consistency=strong", both()).detail())
        .contains("can only be snapshot");
  }

  @Test
  void noSnapshotIsEverTornWhileTwoViewsAdvance() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Integer> reads =
        CompletableFuture.supplyAsync(
            () -> {
              int taken = 0;
              long last = 0;
              try {
                while (!over.get() || taken == 0) {
                  TestNode.Answer answer = node.post("/v1/snapshot?timeoutMs=1000", both());
                  if (answer.status() == 200) {
                    long value = value(answer);
                    assertThat(value).isEqualTo(cut(answer)).isGreaterThanOrEqualTo(last);
                    last = value;
                    taken++;
                  }
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
              return taken;
            });
    for (int value = 2; value < 150; value++) {
      rows(view, value);
      rows(other, value);
      for (int shard = 0; shard < 3; shard++) {
        view.cut(shard, 0, value, at(value));
        if (shard < 2) {
          other.cut(shard, 0, value, at(value));
        }
      }
    }
    over.set(true);
    assertThat(reads.get(60, TimeUnit.SECONDS)).isPositive();
  }
}
