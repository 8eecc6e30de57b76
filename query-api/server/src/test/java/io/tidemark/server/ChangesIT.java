package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.client.ChangeBatch;
import io.tidemark.client.ChangeFeed;
import io.tidemark.client.Row;
import io.tidemark.client.TidemarkClient;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a stream of changes promises, with the test as the view's job. */
class ChangesIT {
  private static final int SHARDS = 3;
  private static final int STEPS = 600;

  /** Events before a reader breaks off, at most. */
  private static final int PATIENCE = 20;

  @RegisterExtension static final TestNode node = new TestNode();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private String log;
  private TestView view;

  @BeforeEach
  void create() {
    log = node.createLog(1);
    view = new TestView(node, "v_" + log, 1, SHARDS, log);
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    view.close();
  }

  private ChangeReader reader(String parameters) {
    return new ChangeReader(node, "/v1/views/" + view.name + "/changes" + parameters);
  }

  private static Token token(String text) {
    return Token.parse(text, node.logs.clusterId());
  }

  /** What a reader had applied at a progress. */
  private record Seen(Token token, Map<String, Long> rows) {
    static Seen of(ChangeReader reader) {
      return new Seen(
          Token.parse(reader.lastId, node.logs.clusterId()), new TreeMap<>(reader.rows));
    }
  }

  private void check(RandomJob job, List<Seen> all) {
    Token before = Token.empty(node.logs.clusterId());
    for (Seen seen : all) {
      assertThat(seen.rows()).isEqualTo(job.rowsAt(seen.token()));
      for (int shard = 0; shard < SHARDS; shard++) {
        assertThat(job.offset(seen.token(), shard))
            .isGreaterThanOrEqualTo(job.offset(before, shard));
      }
      before = seen.token();
    }
  }

  /**
   * Appends, deletes, and jobs that go back to checkpoints; readers that stay, that break off
   * anywhere, and that begin anew from the start; and in the middle the node is restarted.
   */
  @Test
  void everyProgressOfEveryReaderShowsExactlyItsState() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ChangesIT seed " + seed);
    // A token of what the log does not have would be found out while the shards are being opened.
    node.logs
        .appender()
        .append(Collections.nCopies(3 * STEPS + 1, TestNode.event(log)))
        .get(60, TimeUnit.SECONDS);
    RandomJob job = new RandomJob(view, log, seed);
    AtomicInteger left = new AtomicInteger(STEPS);
    Callable<Boolean> over = () -> left.get() == 0;
    Future<List<Seen>> staying = threads.submit(() -> stay(job, over));
    Future<List<Seen>> breaking = threads.submit(() -> breakOff(job, new Random(seed), over));
    Future<List<Seen>> beginning = threads.submit(() -> beginAnew(new Random(seed + 1), over));
    for (; left.get() > 1; left.decrementAndGet()) {
      job.step();
      if (left.get() == STEPS / 2) {
        node.restartNode();
      }
    }
    job.step();
    left.set(0);
    // Who had seen all of it before it could know that it was over hears of it now.
    job.tick();
    List<Seen> stayed = staying.get(60, TimeUnit.SECONDS);
    List<Seen> broken = breaking.get(60, TimeUnit.SECONDS);
    List<Seen> begun = beginning.get(60, TimeUnit.SECONDS);
    System.out.printf(
        "progresses seen: %d by one who stayed, %d with breaks, %d from the start%n",
        stayed.size(), broken.size(), begun.size());
    check(job, stayed);
    check(job, broken);
    begun.forEach(seen -> assertThat(seen.rows()).isEqualTo(job.rowsAt(seen.token())));
    assertThat(stayed.get(stayed.size() - 1).rows()).isEqualTo(read());
  }

  private Map<String, Long> read() throws Exception {
    Map<String, Long> rows = new TreeMap<>();
    JsonNode page = node.get("/v1/views/" + view.name + "/rows?limit=1000").body();
    for (JsonNode each : page.path("rows")) {
      rows.put(
          each.at("/key/origin").asText() + each.at("/key/dest").asText(),
          each.at("/row/flights").asLong());
    }
    return rows;
  }

  /** The Java client, which connects again by itself. */
  private List<Seen> stay(RandomJob job, Callable<Boolean> over) throws Exception {
    List<Seen> all = new ArrayList<>();
    Map<String, Long> rows = new TreeMap<>();
    TidemarkClient client = TidemarkClient.of(node.uri()).withReadTimeout(Duration.ofSeconds(60));
    try (ChangeFeed feed = client.changesFromStart(view.name)) {
      while (true) {
        ChangeBatch batch = feed.next();
        if (batch.reset()) {
          rows.clear();
        }
        for (Row row : batch.rows()) {
          String key = "" + row.key().get("origin") + row.key().get("dest");
          if (row.row().isEmpty()) {
            rows.remove(key);
          } else {
            rows.put(key, ((Number) row.row().get().get("flights")).longValue());
          }
        }
        if (batch.progress().isPresent()) {
          Token token = token(batch.progress().get().token());
          all.add(new Seen(token, new TreeMap<>(rows)));
          if (over.call() && job.isEnd(token)) {
            return all;
          }
        }
      }
    }
  }

  private List<Seen> breakOff(RandomJob job, Random random, Callable<Boolean> over)
      throws Exception {
    List<Seen> all = new ArrayList<>();
    int patience = PATIENCE;
    try (ChangeReader reader = reader("?from=start&timeoutMs=20000")) {
      while (true) {
        try {
          reader.connect();
          // Who never reads as far as the next progress never comes further, since a resumed
          // stream tells all rows since the last one again.
          patience *= 2;
          for (int events = random.nextInt(patience); events >= 0; events--) {
            if (reader.next().name().equals("progress")) {
              all.add(Seen.of(reader));
              patience = PATIENCE;
            }
            if (over.call() && !all.isEmpty() && job.isEnd(all.get(all.size() - 1).token())) {
              return all;
            }
          }
        } catch (java.io.IOException e) {
          // The node is being restarted.
        }
      }
    }
  }

  private List<Seen> beginAnew(Random random, Callable<Boolean> over) throws Exception {
    List<Seen> all = new ArrayList<>();
    while (!over.call()) {
      try (ChangeReader reader = reader("?from=start&timeoutMs=20000")) {
        reader.connect();
        for (int progresses = 1 + random.nextInt(4); progresses > 0 && !over.call(); progresses--) {
          reader.progress();
          all.add(Seen.of(reader));
        }
      } catch (java.io.IOException e) {
        // The node is being restarted.
      }
    }
    return all;
  }

  /** An exact view: each progress is one cut of all shards, and reads as of it show the same. */
  @Test
  void exactViewsGoFromCutToCut() throws Exception {
    try (TestView exact =
        new TestView(node, view.name + "x", 1, SHARDS, true, Map.of("retention", "1 h"), log)) {
      exact.beginAll(Position.empty());
      exact.row("A", 0, 0);
      exact.cutAll(1, Position.of(log, 0, 1));
      ChangeReader reader =
          new ChangeReader(node, "/v1/views/" + exact.name + "/changes?from=start&timeoutMs=60000");
      try (reader) {
        reader.connect();
        assertThat(reader.progress()).containsExactlyEntriesOf(Map.of("A0", 0L));
        Random random = new Random(7);
        int told = 0;
        for (int cut = 2; cut < 40; cut++) {
          for (int dest = 0; dest < 10; dest++) {
            exact.row("A", dest, cut);
          }
          // The shards come to the cut one after the other, sometimes only after a while.
          for (int shard = 0; shard < SHARDS; shard++) {
            long offset = exact.cut(shard, 0, cut, Position.of(log, 0, cut));
            if (random.nextInt(3) == 0) {
              awaitOffset(exact, shard, offset);
            }
          }
          while (!reader.rows.equals(rowsOf(cut))) {
            Map<String, Long> rows = new TreeMap<>(reader.progress());
            Token token = token(reader.lastId);
            told++;
            assertThat(rows.values()).containsOnly(rows.get("A0"));
            assertThat(rows.get("A0")).isEqualTo(token.position().offset(log, 0));
            JsonNode then =
                node.get("/v1/views/%s/rows?asOf=token:%s".formatted(exact.name, reader.lastId))
                    .body();
            assertThat(then.findValues("flights"))
                .isNotEmpty()
                .allMatch(value -> value.asLong() == rows.get("A0"));
          }
        }
        assertThat(told).isGreaterThan(10);
      }
    }
  }

  private static Map<String, Long> rowsOf(long cut) {
    Map<String, Long> rows = new TreeMap<>();
    for (int dest = 0; dest < 10; dest++) {
      rows.put("A" + dest, cut);
    }
    return rows;
  }

  private static void awaitOffset(TestView view, int shard, long offset) {
    await()
        .until(
            () ->
                node.get("/v1/views/" + view.name)
                        .body()
                        .at("/replicas/" + shard + "/changelogOffset")
                        .asLong()
                    > offset);
  }

  @Test
  void fromATokenThereIsWhatTheTokensReaderHasNotSeen() throws Exception {
    view.beginAll(Position.empty());
    node.append(log, 3);
    String row = "/v1/views/" + view.name + "/rows/A/0";
    List<String> seen = new ArrayList<>();
    for (long value = 1; value <= 3; value++) {
      view.row("A", 0, value);
      view.row("B", value < 3 ? 1 : 2, value);
      // A replica may pass over states that nobody waits for.
      for (int shard = 0; shard < SHARDS; shard++) {
        awaitOffset(view, shard, view.progress(shard, 0, Position.of(log, 0, value)));
      }
      seen.add(node.get(row).token());
    }
    // Known by the log's offset alone, as an append's token.
    String append = node.token(Position.of(log, 0, 2)).encode();
    assertThat(told(append)).containsOnly(Map.entry("A0", 3L), Map.entry("B2", 3L));
    // A row's token knows the row's shard by its changelog.
    assertThat(told(seen.get(0))).contains(Map.entry("A0", 3L), Map.entry("B2", 3L));
    assertThat(told(seen.get(1))).contains(Map.entry("A0", 3L));
    assertThat(told(seen.get(2))).doesNotContainKey("A0");
  }

  /** What is told from a token on, until something that is new after all. */
  private Map<String, Long> told(String token) throws Exception {
    try (ChangeReader reader = reader("?from=token:" + token)) {
      reader.connect();
      String last = "end_" + log;
      view.row(last, 0, 0);
      view.progressAll(Position.of(log, 0, 3));
      while (!reader.rows.containsKey(last + 0)) {
        reader.progress();
      }
      reader.rows.keySet().removeIf(key -> key.startsWith("end"));
      return reader.rows;
    }
  }

  @Test
  void fromNowOnlyWhatChangesIsTold() throws Exception {
    view.beginAll(Position.empty());
    view.row("A", 0, 1);
    view.row("B", 0, 1);
    view.progressAll(Position.empty());
    await().until(() -> read().size() == 2);
    try (ChangeReader reader = reader("?prefix=A");
        ChangeReader all = reader("")) {
      reader.connect();
      all.connect();
      assertThat(reader.progress()).isEmpty();
      assertThat(all.progress()).isEmpty();
      view.row("A", 0, 2);
      view.row("B", 0, 2);
      view.row("AB", 0, 2);
      view.progressAll(Position.empty());
      await()
          .until(
              () -> {
                reader.progress();
                return reader.rows.size() == 2;
              });
      assertThat(reader.rows).containsOnlyKeys("A0", "AB0");
      await()
          .until(
              () -> {
                all.progress();
                return all.rows.size() == 3;
              });
      // Written, but no change; and a change of the other's.
      view.row("A", 0, 2);
      view.delete(view.shardOf("B", 0), 0, "B", 0);
      view.progressAll(Position.empty());
      List<String> keys = new ArrayList<>();
      await()
          .until(
              () -> {
                ChangeReader.Event event = all.next();
                keys.add(event.data().at("/key/origin").asText() + event.data().path("row"));
                return event.data().path("row").isNull();
              });
      assertThat(keys).noneMatch(key -> key.startsWith("A{"));
    }
  }
}
