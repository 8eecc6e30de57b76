package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.log.LogEvent;
import io.tidemark.log.Position;
import io.tidemark.log.changelog.RowKey;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewOutcome;
import io.tidemark.schemas.catalog.ViewRequestKind;
import io.tidemark.schemas.catalog.ViewState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views over views, from the log to the last of them, against folds of the log. */
class HopsIT {
  private static final int PARTITIONS = 2;
  private static final int SHOPS = 6;
  private static final Schema CITY =
      SchemaBuilder.record("City")
          .fields()
          .requiredString("shop")
          .requiredString("city")
          .endRecord();

  @TempDir static Path directory;
  static ViewLab lab;

  @BeforeAll
  static void start() {
    lab = new ViewLab(directory);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  /** log → a (ticks) → b (another key) → c (another key again). */
  private record Chain(String log, ViewDefinition a, ViewDefinition b, ViewDefinition c)
      implements AutoCloseable {
    static Chain make(String log) throws Exception {
      lab.createLog(log, ViewLab.SALE, PARTITIONS);
      ViewDefinition a =
          lab.createView(
              log + "_a",
              "CREATE MATERIALIZED VIEW %s_a WITH ('checkpoint-interval' = '100 ms', 'shards' = '3') AS SELECT shop, product, COUNT(*) AS sales, SUM(amount) AS amount FROM `%s` GROUP BY shop, product"
                  .formatted(log, log));
      assertThat(a.getExact()).isFalse();
      ViewDefinition b =
          over(
              log + "_b",
              "SELECT shop, SUM(sales) AS sales, SUM(amount) AS amount FROM %s_a GROUP BY shop"
                  .formatted(log));
      ViewDefinition c =
          over(
              log + "_c",
              "SELECT everything, SUM(sales) AS sales FROM (SELECT 'all' AS everything, sales FROM %s_b) GROUP BY everything"
                  .formatted(log));
      return new Chain(log, a, b, c);
    }

    @Override
    public void close() throws Exception {
      for (ViewDefinition view : List.of(c, b, a)) {
        lab.request(ViewRequestKind.DROP, view.getView(), "");
      }
    }

    private static ViewDefinition over(String view, String query) throws Exception {
      return lab.createView(
          view,
          "CREATE MATERIALIZED VIEW %s WITH ('checkpoint-interval' = '10 ms', 'shards' = '2', 'parallelism' = '2') AS %s"
              .formatted(view, query));
    }
  }

  @Test
  void everyAppendIsSeenThreeHopsFurtherOnceItsTokenIsCovered() throws Exception {
    try (Chain chain = Chain.make("tokens");
        ChangelogFold b = new ChangelogFold(lab, chain.b());
        ChangelogFold c = new ChangelogFold(lab, chain.c())) {
      assertThat(chain.c().getExact()).isFalse();
      assertThat(chain.c().getSources())
          .containsExactlyInAnyOrder("tokens", chain.a().getChangelog(), chain.b().getChangelog());
      Map<Object, Long> wanted = new HashMap<>();
      for (int i = 1; i <= 300; i++) {
        String shop = "shop" + i % SHOPS;
        wanted.merge(shop, 1L, Long::sum);
        Position token =
            lab.append(List.of(new LogEvent("tokens", shop, ViewLab.sale(shop, "p" + i % 7, i))));
        b.awaitPosition(token);
        assertThat(column(b, "shop", "sales")).as("append %d", i).isEqualTo(wanted);
        if (i % 10 == 0) {
          c.awaitPosition(token);
          assertThat(column(c, "everything", "sales")).isEqualTo(Map.of("all", (long) i));
        }
      }
    }
  }

  @Test
  void aReaderOfTheUpstreamViewFindsNoLessBelowIt() throws Exception {
    try (Chain chain = Chain.make("sideways");
        ChangelogFold a = new ChangelogFold(lab, chain.a());
        ChangelogFold c = new ChangelogFold(lab, chain.c())) {
      Position token = append("sideways", new Random(1), 200);
      a.awaitPosition(token);
      Position seen = token;
      for (int shard = 0; shard < 3; shard++) {
        long offset = c.shards.get(0).frontier.offset(chain.a().getChangelog(), shard);
        seen = seen.merge(Position.of(chain.a().getChangelog(), shard, offset + 1));
      }
      append("sideways", new Random(2), 200);
      c.awaitPosition(seen);
    }
  }

  @Test
  void progressIsALowerBoundAtEveryHop() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed of progressIsALowerBoundAtEveryHop: " + seed);
    Random random = new Random(seed);
    record Seen(Position position, Map<Object, Long> sales) {}
    List<Seen> atB = new ArrayList<>();
    List<Seen> atC = new ArrayList<>();
    try (Chain chain = Chain.make("bounds");
        ChangelogFold b = new ChangelogFold(lab, chain.b());
        ChangelogFold c = new ChangelogFold(lab, chain.c())) {
      b.observer =
          (shard, position, rows) ->
              atB.add(new Seen(position, ownSales(b, rows.values(), "shop")));
      c.observer =
          (shard, position, rows) -> {
            if (shard == Shards.of(RowKey.of(List.of("all")), 2)) {
              atC.add(new Seen(position, ownSales(c, rows.values(), "everything")));
            }
          };
      Position end = Position.empty();
      for (int i = 0; i < 60 || (i < 1_000 && (atB.size() <= 20 || atC.size() <= 10)); i++) {
        end = end.merge(append("bounds", random, 1 + random.nextInt(100)));
        b.poll(random.nextInt(10));
        c.poll(random.nextInt(10));
      }
      b.awaitPosition(end);
      c.awaitPosition(end);
    }
    LogContent log = LogContent.read(lab, "bounds", ViewLab.SALE, PARTITIONS);
    assertThat(atB).hasSizeGreaterThan(20);
    assertThat(atC).hasSizeGreaterThan(10);
    for (Seen each : atB) {
      Map<Object, Long> least = sums(log, each.position(), e -> 1);
      each.sales()
          .forEach(
              (shop, sales) ->
                  assertThat(sales)
                      .as("%s at %s", shop, each.position())
                      .isGreaterThanOrEqualTo(least.getOrDefault(shop, 0L)));
    }
    for (Seen each : atC) {
      assertThat(each.sales().getOrDefault("all", 0L))
          .as("at %s", each.position())
          .isGreaterThanOrEqualTo(log.below(each.position()).count());
    }
  }

  @Test
  void noEventIsLostOrCountedTwiceWhileJobsOfAllHopsFail() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed of noEventIsLostOrCountedTwiceWhileJobsOfAllHopsFail: " + seed);
    Random random = new Random(seed);
    try (Chain chain = Chain.make("failing");
        ChangelogFold a = new ChangelogFold(lab, chain.a());
        ChangelogFold b = new ChangelogFold(lab, chain.b());
        ChangelogFold c = new ChangelogFold(lab, chain.c())) {
      Position end = append("failing", random, 100);
      c.awaitPosition(end);
      a.await(() -> a.shards.get(0).marksSeen > 0, 120);
      for (int i = 0; i < 30; i++) {
        end = end.merge(append("failing", random, 1 + random.nextInt(60)));
        b.poll(random.nextInt(50));
        if (i % 6 == 5) {
          lab.cluster.crash();
        }
        if (i == 20) {
          lab.stopJobs();
          lab.startJobs();
        }
        if (i % 8 == 0) {
          // What the token promises holds in the middle of it, too.
          b.awaitPosition(end);
          LogContent log = LogContent.read(lab, "failing", ViewLab.SALE, PARTITIONS);
          assertThat(column(b, "shop", "sales")).isEqualTo(sums(log, end, e -> 1));
        }
      }
      b.awaitPosition(end);
      c.awaitPosition(end);
      LogContent log = LogContent.read(lab, "failing", ViewLab.SALE, PARTITIONS);
      assertThat(column(b, "shop", "sales")).isEqualTo(sums(log, end, e -> 1));
      assertThat(column(b, "shop", "amount"))
          .isEqualTo(sums(log, end, e -> (Integer) e.value().get("amount")));
      assertThat(column(c, "everything", "sales"))
          .isEqualTo(Map.of("all", (long) log.events().size()));
      a.awaitPosition(end);
      assertThat(a.shards.get(0).epochs + b.shards.get(0).epochs).isGreaterThan(6);
    }
  }

  @Test
  void aJoinOfAViewAndALog() throws Exception {
    lab.createLog("towns", CITY, 1);
    lab.createLog("joined", ViewLab.SALE, PARTITIONS);
    lab.createView(
        "joined_a",
        "CREATE MATERIALIZED VIEW joined_a AS SELECT shop, COUNT(*) AS sales FROM joined GROUP BY shop");
    ViewDefinition view =
        lab.createView(
            "by_town",
            """
            CREATE MATERIALIZED VIEW by_town WITH ('checkpoint-interval' = '20 ms') AS
            SELECT t.city, SUM(a.sales) AS sales FROM joined_a a
            JOIN (SELECT shop, LAST_VALUE(city) AS city FROM towns GROUP BY shop) t
            ON a.shop = t.shop GROUP BY t.city
            """);
    List<LogEvent> towns = new ArrayList<>();
    for (int i = 0; i < SHOPS; i++) {
      towns.add(
          new LogEvent(
              "towns",
              "shop" + i,
              new GenericRecordBuilder(CITY)
                  .set("shop", "shop" + i)
                  .set("city", "c" + i % 2)
                  .build()));
    }
    Position end = lab.append(towns).merge(append("joined", new Random(3), 500));
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(end);
      Map<Object, Long> wanted = new HashMap<>();
      sums(LogContent.read(lab, "joined", ViewLab.SALE, PARTITIONS), end, e -> 1)
          .forEach(
              (shop, sales) ->
                  wanted.merge(
                      "c" + Integer.parseInt(shop.toString().substring(4)) % 2, sales, Long::sum));
      assertThat(column(fold, "city", "sales")).isEqualTo(wanted);
      assertThat(end.offset("towns", 0)).isEqualTo(SHOPS);
      assertThat(fold.shards.get(0).frontier.offset("towns", 0)).isEqualTo(SHOPS);
    }
  }

  @Test
  void rowsThatAreFilteredKeepTheKeyOfTheViewAbove() throws Exception {
    lab.createLog("filtered", ViewLab.SALE, PARTITIONS);
    lab.createView(
        "filtered_a",
        "CREATE MATERIALIZED VIEW filtered_a AS SELECT shop, COUNT(*) AS sales FROM filtered GROUP BY shop");
    ViewDefinition few =
        lab.createView(
            "few",
            "CREATE MATERIALIZED VIEW few WITH ('checkpoint-interval' = '20 ms') AS SELECT shop, sales FROM filtered_a WHERE sales < 3");
    assertThat(few.getKeyColumns()).containsExactly("shop");
    try (ChangelogFold fold = new ChangelogFold(lab, few)) {
      fold.awaitPosition(sell("busy", 2).merge(sell("quiet", 1)));
      assertThat(column(fold, "shop", "sales")).isEqualTo(Map.of("busy", 2L, "quiet", 1L));
      fold.awaitPosition(sell("busy", 3).merge(sell("quiet", 1)));
      assertThat(column(fold, "shop", "sales")).isEqualTo(Map.of("quiet", 2L));
    }
  }

  private static Position sell(String shop, int count) throws Exception {
    List<LogEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(new LogEvent("filtered", shop, ViewLab.sale(shop, "p", 1)));
    }
    return lab.append(events);
  }

  @Test
  void aViewThatOthersReadStaysUntilTheyAreGone() throws Exception {
    Chain chain = Chain.make("stacked");
    ViewAnswer refused = lab.request(ViewRequestKind.DROP, "stacked_a", "");
    assertThat(refused.getOutcome()).isEqualTo(ViewOutcome.IN_USE);
    assertThat(refused.getMessage())
        .isEqualTo("view 'stacked_a' is read by stacked_b, stacked_c; drop those first");
    assertThat(lab.catalog.definition("stacked_a")).contains(chain.a());
    for (String view : List.of("stacked_c", "stacked_b", "stacked_a")) {
      assertThat(lab.request(ViewRequestKind.DROP, view, "").getOutcome())
          .isEqualTo(ViewOutcome.DROPPED);
    }
  }

  @Test
  void whatCannotBeKeptIsRefused() throws Exception {
    lab.createLog("refusals", ViewLab.SALE, 1);
    lab.createView(
        "refusals_a",
        "CREATE MATERIALIZED VIEW refusals_a AS SELECT shop, COUNT(*) AS sales FROM refusals GROUP BY shop");
    ViewAnswer exact =
        create(
            "WITH ('progress' = 'exact') AS SELECT sales, COUNT(*) AS n FROM refusals_a GROUP BY sales");
    assertThat(exact.getOutcome()).isEqualTo(ViewOutcome.INVALID_SQL);
    assertThat(exact.getMessage()).contains("'progress' = 'exact'").contains("refusals_a");
    ViewAnswer unknown = create("AS SELECT sales, COUNT(*) AS n FROM refusals_b GROUP BY sales");
    assertThat(unknown.getOutcome()).isEqualTo(ViewOutcome.INVALID_SQL);
    assertThat(unknown.getMessage())
        .contains("there is no log 'refusals_b'")
        .contains("nor is there a view");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            lab.logs.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>("refusals", null, new byte[] {1})).get();
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> lab.catalog.status("refusals_a").orElseThrow().getState() == ViewState.FAILED);
    ViewAnswer failed = create("AS SELECT sales, COUNT(*) AS n FROM refusals_a GROUP BY sales");
    assertThat(failed.getOutcome()).isEqualTo(ViewOutcome.FAILED);
    assertThat(failed.getMessage())
        .contains("view 'refusals_a', which the query reads, has failed")
        .contains("log refusals, partition 0, offset 0");
    assertThat(lab.catalog.definition("refused")).isEmpty();
  }

  private static ViewAnswer create(String rest) throws Exception {
    return lab.request(
        ViewRequestKind.CREATE, "refused", "CREATE MATERIALIZED VIEW refused " + rest);
  }

  private static Position append(String log, Random random, int count) throws Exception {
    List<LogEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String shop = "shop" + random.nextInt(SHOPS);
      events.add(
          new LogEvent(
              log, shop, ViewLab.sale(shop, "p" + random.nextInt(9), random.nextInt(1000))));
    }
    return lab.append(events);
  }

  private static Map<Object, Long> column(ChangelogFold fold, String key, String column) {
    return fold.rows().stream()
        .collect(Collectors.toMap(r -> r.get(key), r -> ((Number) r.get(column)).longValue()));
  }

  private static Map<Object, Long> ownSales(ChangelogFold fold, Iterable<byte[]> rows, String key) {
    Map<Object, Long> sales = new HashMap<>();
    rows.forEach(row -> sales.put(fold.row(row).get(key), (Long) fold.row(row).get("sales")));
    return sales;
  }

  private static Map<Object, Long> sums(
      LogContent log, Position position, ToLongFunction<LogContent.Event> value) {
    Map<Object, Long> sums = new HashMap<>();
    log.below(position)
        .forEach(
            e -> sums.merge(e.value().get("shop").toString(), value.applyAsLong(e), Long::sum));
    return sums;
  }
}
