package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.log.LogEvent;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.RowKey;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.catalog.ViewDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Progress tells the truth: at each one, the rows are compared with a fold of the events below its
 * position.
 */
class ProgressIT {
  private static final int PARTITIONS = 3;
  private static final int EVENTS = 6_000;
  private static final Schema SHOP =
      SchemaBuilder.record("Shop")
          .fields()
          .requiredString("shop")
          .requiredString("city")
          .endRecord();

  @TempDir static Path directory;
  static ViewLab lab;

  /** What a reader saw of one shard at one progress. */
  private record Seen(int shard, Position position, List<Map<String, Object>> rows) {}

  @BeforeAll
  static void start() {
    lab = new ViewLab(directory);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void ticksAreALowerBoundAndInTheEndAllIsThere() throws Exception {
    lab.createLog("ticks", ViewLab.SALE, PARTITIONS);
    ViewDefinition view =
        lab.createView(
            "by_product",
            """
            CREATE MATERIALIZED VIEW by_product WITH ('parallelism' = '2', 'shards' = '3') AS
            SELECT product, COUNT(*) AS sales, SUM(amount) AS amount FROM ticks GROUP BY product
            """);
    assertThat(view.getExact()).isFalse();
    assertThat(view.getKeyColumns()).containsExactly("product");
    List<Seen> seen = observe(view, "ticks", all -> all.size() > 20);
    LogContent log = LogContent.read(lab, "ticks", ViewLab.SALE, PARTITIONS);
    for (Seen each : seen) {
      Map<Object, Long> least = counts(log, each.position());
      Map<Object, Long> shown =
          each.rows().stream()
              .collect(Collectors.toMap(r -> r.get("product"), r -> (Long) r.get("sales")));
      least.forEach(
          (product, sales) -> {
            if (shardOf(view, product) == each.shard()) {
              assertThat(shown.getOrDefault(product, 0L))
                  .as("%s in shard %d at %s", product, each.shard(), each.position())
                  .isGreaterThanOrEqualTo(sales);
            }
          });
    }
    assertThat(finalRows(seen, view, r -> r.get("sales")))
        .isEqualTo(counts(log, seen.get(seen.size() - 1).position()));
  }

  @Test
  void aShardWhoseRowsDoNotChangeHearsOfProgressToo() throws Exception {
    lab.createLog("one-product", ViewLab.SALE, 1);
    ViewDefinition view =
        lab.createView(
            "of_one_product",
            """
            CREATE MATERIALIZED VIEW of_one_product AS
            SELECT product, COUNT(*) AS sales FROM `one-product` GROUP BY product
            """);
    List<LogEvent> sale = List.of(new LogEvent("one-product", "k", ViewLab.sale("s", "p", 1)));
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(lab.append(sale));
      Position end = Position.empty();
      for (int i = 0; i < 200; i++) {
        end = lab.append(sale);
      }
      fold.awaitPosition(end);
      assertThat(fold.rows()).containsExactly(Map.of("product", "p", "sales", 201L));
    }
  }

  @Test
  void aTopNIsAnExactCut() throws Exception {
    lab.createLog("tops", ViewLab.SALE, PARTITIONS);
    ViewDefinition view =
        lab.createView(
            "top_sales",
            """
            CREATE MATERIALIZED VIEW top_sales (PRIMARY KEY (product, place))
            WITH ('checkpoint-interval' = '40 ms', 'shards' = '2', 'parallelism' = '2') AS
            SELECT product, place, amount, at_partition, at_offset FROM (
              SELECT product, amount, _partition AS at_partition, _offset AS at_offset,
                ROW_NUMBER() OVER (PARTITION BY product
                  ORDER BY amount DESC, _partition ASC, _offset ASC) AS place
              FROM tops)
            WHERE place <= 2
            """);
    assertThat(view.getExact()).isTrue();
    List<Seen> seen = observe(view, "tops", all -> all.size() > 4);
    LogContent log = LogContent.read(lab, "tops", ViewLab.SALE, PARTITIONS);
    for (Seen each : seen) {
      Set<List<Object>> wanted = new HashSet<>();
      topTwo(log, each.position())
          .forEach(
              (product, top) -> {
                for (int i = 0; i < top.size(); i++) {
                  LogContent.Event event = top.get(i);
                  byte[] key = RowKey.of(List.of(product, (long) i + 1));
                  if (Shards.of(key, view.getShards()) == each.shard()) {
                    wanted.add(
                        List.of(
                            product,
                            i + 1L,
                            event.value().get("amount"),
                            event.partition(),
                            event.offset()));
                  }
                }
              });
      assertThat(
              each.rows().stream()
                  .map(
                      r ->
                          List.of(
                              r.get("product"),
                              r.get("place"),
                              r.get("amount"),
                              r.get("at_partition"),
                              r.get("at_offset")))
                  .collect(Collectors.toSet()))
          .as("shard %d at %s", each.shard(), each.position())
          .isEqualTo(wanted);
    }
  }

  @Test
  void aJoinIsAnExactCutOfBothLogs() throws Exception {
    lab.createLog("joined", ViewLab.SALE, PARTITIONS);
    lab.createLog("shops-of-2001", SHOP, 2);
    ViewDefinition view =
        lab.createView(
            "by_city",
            """
            CREATE MATERIALIZED VIEW by_city WITH ('checkpoint-interval' = '40 ms') AS
            SELECT s.city, SUM(j.sales) AS sales
            FROM (SELECT shop, COUNT(*) AS sales FROM joined GROUP BY shop) j
            JOIN (SELECT shop, LAST_VALUE(city) AS city FROM `shops-of-2001` GROUP BY shop) s
            ON j.shop = s.shop GROUP BY s.city
            """);
    assertThat(view.getExact()).isTrue();
    assertThat(view.getSources()).containsExactly("joined", "shops-of-2001");
    List<LogEvent> shops = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      shops.add(
          new LogEvent(
              "shops-of-2001",
              "shop" + i,
              new GenericRecordBuilder(SHOP)
                  .set("shop", "shop" + i)
                  .set("city", "city" + i % 2)
                  .build()));
    }
    Position shopsAt = lab.append(shops);
    List<Seen> seen =
        observe(
            view,
            "joined",
            all -> all.stream().filter(each -> each.position().covers(shopsAt)).count() > 4);
    LogContent log = LogContent.read(lab, "joined", ViewLab.SALE, PARTITIONS);
    for (Seen each : seen) {
      if (each.position().covers(shopsAt)) {
        Map<Object, Long> wanted = new TreeMap<>();
        log.below(each.position())
            .forEach(
                e -> {
                  int shop = Integer.parseInt(e.value().get("shop").toString().substring(4));
                  if (shop < 5 && shardOf(view, "city" + shop % 2) == each.shard()) {
                    wanted.merge("city" + shop % 2, 1L, Long::sum);
                  }
                });
        assertThat(
                each.rows().stream()
                    .collect(Collectors.toMap(r -> r.get("city"), r -> (Long) r.get("sales"))))
            .as("shard %d at %s", each.shard(), each.position())
            .isEqualTo(wanted);
      }
    }
  }

  @Test
  void exactViewsMeetAtCutsWhileEventsKeepComingAndWhatWasHeldBackIsNotLost() throws Exception {
    lab.createLog("steady", ViewLab.SALE, PARTITIONS);
    List<ViewDefinition> views = new ArrayList<>();
    for (String interval : List.of("1 s", "500 ms")) {
      String name = "every_" + interval.replace(' ', '_');
      views.add(
          lab.createView(
              name,
              """
              CREATE MATERIALIZED VIEW %s
              WITH ('progress' = 'exact', 'checkpoint-interval' = '%s', 'shards' = '1') AS
              SELECT product, COUNT(*) AS sales FROM steady GROUP BY product
              """
                  .formatted(name, interval)));
    }
    List<Map<Position, Map<Object, Long>>> seen =
        List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Position> appended =
        CompletableFuture.supplyAsync(() -> appendSteadily("steady", over));
    try (ChangelogFold one = new ChangelogFold(lab, views.get(0));
        ChangelogFold other = new ChangelogFold(lab, views.get(1))) {
      List<ChangelogFold> folds = List.of(one, other);
      for (int i = 0; i < folds.size(); i++) {
        ChangelogFold fold = folds.get(i);
        Map<Position, Map<Object, Long>> mine = seen.get(i);
        fold.observer =
            (shard, position, rows) ->
                mine.put(
                    position,
                    rows.values().stream()
                        .map(fold::row)
                        .collect(
                            Collectors.toMap(r -> r.get("product"), r -> (Long) r.get("sales"))));
      }
      awaitMeetings(folds, seen);
      for (int i = 0; i < 3; i++) {
        ChangelogFold fold = folds.get(i % 2);
        long epochs = fold.shards.get(0).epochs;
        lab.failWriter(views.get(i % 2), fold);
        // The foreign one's, and the job's next.
        fold.await(() -> fold.shards.get(0).epochs >= epochs + 2, 60);
        fold.await(() -> fold.shards.get(0).flipped, 60);
        awaitMeetings(folds, seen);
      }
      over.set(true);
      Position end = appended.get(60, TimeUnit.SECONDS);
      folds.forEach(fold -> fold.awaitPosition(end));
    } finally {
      over.set(true);
    }
    LogContent log = LogContent.read(lab, "steady", ViewLab.SALE, PARTITIONS);
    for (Map<Position, Map<Object, Long>> each : seen) {
      each.forEach(
          (position, counts) ->
              assertThat(counts).as("at %s", position).isEqualTo(counts(log, position)));
    }
  }

  /**
   * Four of five cuts are common to both views. Where each job cuts at moments of its own, it is
   * one of ten.
   */
  private static void awaitMeetings(
      List<ChangelogFold> folds, List<Map<Position, Map<Object, Long>>> seen) {
    int before = seen.get(0).size();
    int cuts = 10;
    await()
        .atMost(Duration.ofMinutes(4))
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              folds.forEach(fold -> fold.poll(20));
              int now = seen.get(0).size();
              return seen.get(0).keySet().stream()
                  .skip(Math.max(before, now - cuts))
                  .filter(seen.get(1)::containsKey)
                  .count();
            },
            met -> met >= cuts * 4L / 5);
  }

  /** Two thousand events a second, each by itself, for as long as they are wanted. */
  private static Position appendSteadily(String log, AtomicBoolean over) {
    List<CompletableFuture<Token>> appends = new ArrayList<>();
    for (int i = 0; !over.get(); i++) {
      LogEvent event = new LogEvent(log, "shop" + i % 7, ViewLab.sale("s", "p" + i % 9, 1));
      appends.add(lab.logs.appender().append(List.of(event)));
      if (i % 2 == 0) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    return appends.stream()
        .map(append -> append.join().position())
        .reduce(Position.empty(), Position::merge);
  }

  /**
   * Appends at random while reading the changelog, and goes on until that is enough; returns what
   * was seen at each progress.
   */
  private static List<Seen> observe(ViewDefinition view, String log, Predicate<List<Seen>> enough)
      throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed of " + view.getView() + ": " + seed);
    Random random = new Random(seed);
    List<Seen> seen = new ArrayList<>();
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.observer =
          (shard, position, rows) -> {
            assertThat(fold.shards.get(shard).lastExact).isEqualTo(view.getExact());
            seen.add(new Seen(shard, position, rows.values().stream().map(fold::row).toList()));
          };
      Position end = Position.empty();
      long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      for (int sent = 0; sent < EVENTS || !enough.test(seen); ) {
        assertThat(System.nanoTime() - deadlineNs).as("%d seen in time", seen.size()).isNegative();
        List<LogEvent> batch = new ArrayList<>();
        for (int i = random.nextInt(200); i >= 0; i--) {
          String shop = "shop" + random.nextInt(6);
          batch.add(
              new LogEvent(
                  log, shop, ViewLab.sale(shop, "p" + random.nextInt(9), random.nextInt(1000))));
        }
        sent += batch.size();
        end = end.merge(lab.append(batch));
        fold.poll(sent < EVENTS ? random.nextInt(3) : 50);
      }
      Position wanted = end;
      fold.awaitPosition(wanted);
    }
    return seen;
  }

  private static Map<Object, Long> counts(LogContent log, Position position) {
    Map<Object, Long> counts = new HashMap<>();
    log.below(position)
        .forEach(e -> counts.merge(e.value().get("product").toString(), 1L, Long::sum));
    return counts;
  }

  private static Map<Object, List<LogContent.Event>> topTwo(LogContent log, Position position) {
    Comparator<LogContent.Event> order =
        Comparator.<LogContent.Event>comparingInt(e -> -(Integer) e.value().get("amount"))
            .thenComparingInt(LogContent.Event::partition)
            .thenComparingLong(LogContent.Event::offset);
    return log.below(position)
        .collect(
            Collectors.groupingBy(
                e -> e.value().get("product").toString(),
                Collectors.collectingAndThen(
                    Collectors.toList(), all -> all.stream().sorted(order).limit(2).toList())));
  }

  private static Map<Object, Long> finalRows(
      List<Seen> seen, ViewDefinition view, Function<Map<String, Object>, Object> column) {
    Map<Integer, Seen> last = new HashMap<>();
    seen.forEach(each -> last.put(each.shard(), each));
    assertThat(last).hasSize(view.getShards());
    Map<Object, Long> rows = new HashMap<>();
    last.values()
        .forEach(
            each -> each.rows().forEach(r -> rows.put(r.get("product"), (Long) column.apply(r))));
    return rows;
  }

  private static int shardOf(ViewDefinition view, Object key) {
    return Shards.of(RowKey.of(List.of(key)), view.getShards());
  }
}
