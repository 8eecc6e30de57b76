package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.log.LogEvent;
import io.tidemark.log.Position;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewOutcome;
import io.tidemark.schemas.catalog.ViewRequestKind;
import io.tidemark.schemas.catalog.ViewState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests and what becomes of them. */
class ViewsIT {
  private static final Schema VISIT =
      SchemaBuilder.record("Visit")
          .fields()
          .optionalString("who")
          .name("tags")
          .type()
          .array()
          .items()
          .stringType()
          .noDefault()
          .requiredInt("n")
          .endRecord();

  @TempDir static Path directory;
  static ViewLab lab;

  @BeforeAll
  static void start() {
    lab = new ViewLab(directory);
    lab.createLog("sales", ViewLab.SALE, 2);
    lab.createLog("all-visits", VISIT, 1);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void aViewIsCreatedOnceAndCanBeDroppedAndMadeAnew() throws Exception {
    String sql =
        "CREATE MATERIALIZED VIEW once AS SELECT shop, COUNT(*) AS n FROM sales GROUP BY shop";
    ViewDefinition first = lab.createView("once", sql);
    assertThat(first.getVersion()).isEqualTo(1);
    assertThat(lab.catalog.status("once").orElseThrow().getState()).isEqualTo(ViewState.RUNNING);
    assertThat(create("once", sql).getOutcome()).isEqualTo(ViewOutcome.UNCHANGED);
    assertThat(create("once", sql + " ").getOutcome()).isEqualTo(ViewOutcome.NAME_TAKEN);

    Path checkpoints = lab.checkpoints.resolve("once-v1");
    assertThat(checkpoints).exists();
    assertThat(lab.request(ViewRequestKind.DROP, "once", "").getOutcome())
        .isEqualTo(ViewOutcome.DROPPED);
    assertThat(lab.catalog.definition("once")).isEmpty();
    await().atMost(Duration.ofSeconds(60)).until(() -> Files.notExists(checkpoints));
    assertThat(lab.request(ViewRequestKind.DROP, "once", "").getOutcome())
        .isEqualTo(ViewOutcome.UNKNOWN_VIEW);

    ViewDefinition second = lab.createView("once", sql + " ");
    assertThat(second.getVersion()).isEqualTo(2);
    assertThat(second.getChangelog()).isNotEqualTo(first.getChangelog());
  }

  @Test
  void columnsThatKafkaKnowsAndKeysThatAreMissing() throws Exception {
    ViewDefinition view =
        lab.createView(
            "visits",
            """
            CREATE MATERIALIZED VIEW visits AS
            SELECT who, COUNT(*) AS visits, MAX(_offset) AS last_offset, MAX(_key) AS last_key,
              MAX(_append_time) AS last_time
            FROM `all-visits` GROUP BY who
            """);
    Position at =
        lab.append(
            List.of(
                new LogEvent("all-visits", "k0", visit("ann", 1)),
                new LogEvent("all-visits", "k1", visit(null, 1)),
                new LogEvent("all-visits", "k2", visit(null, 2))));
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(at);
      List<Map<String, Object>> rows = fold.rows();
      assertThat(rows).hasSize(2).allSatisfy(row -> assertThat(row.get("last_time")).isNotNull());
      Map<String, Object> nobody =
          rows.stream().filter(row -> row.get("who") == null).findFirst().orElseThrow();
      assertThat(nobody).containsEntry("visits", 2L).containsEntry("last_key", "k2");
      assertThat(nobody).containsEntry("last_offset", at.offset("all-visits", 0) - 1);
    }
  }

  @Test
  void aDeclaredKeyKeepsTheNewestRow() throws Exception {
    ViewDefinition view =
        lab.createView(
            "newest",
            "CREATE MATERIALIZED VIEW newest (PRIMARY KEY (shop)) AS SELECT * FROM sales WHERE amount > 5");
    assertThat(view.getExact()).isFalse();
    List<LogEvent> events = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      events.add(new LogEvent("sales", "a", ViewLab.sale("a", "p", i)));
    }
    Position at = lab.append(events);
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(at);
      assertThat(fold.rows()).containsExactly(Map.of("shop", "a", "product", "p", "amount", 19));
    }
  }

  /** Its plan is sound for ticks until the old rows are wanted. */
  @Test
  void aViewWhoseJoinNeedsOldRowsIsToldByBarriers() throws Exception {
    lab.createLog("counted", ViewLab.SALE, 1);
    ViewDefinition view =
        lab.createView(
            "still_few",
            """
            CREATE MATERIALIZED VIEW still_few WITH ('shards' = '1') AS
            SELECT n.product, n.sales
            FROM (SELECT product, COUNT(*) AS sales FROM counted GROUP BY product) n
            JOIN (SELECT product, MAX(amount) AS most FROM counted GROUP BY product) m
            ON n.product = m.product AND n.sales <= m.most
            """);
    assertThat(view.getExact()).isTrue();
    List<LogEvent> sale = List.of(new LogEvent("counted", "k", ViewLab.sale("a", "p", 1)));
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(lab.append(sale));
      assertThat(fold.rows()).containsExactly(Map.of("product", "p", "sales", 1L));
      fold.awaitPosition(lab.append(sale));
      assertThat(fold.rows()).isEmpty();
    }
  }

  /** Flink would leave the old rows of updates away, and the join never take a row back. */
  @Test
  void aRowThatNoLongerMeetsTheConditionOfAJoinLeavesTheView() throws Exception {
    lab.createLog("charts", ViewLab.SALE, 2);
    ViewDefinition view =
        lab.createView(
            "best_sellers",
            """
            CREATE MATERIALIZED VIEW best_sellers (PRIMARY KEY (shop, product)) AS
            SELECT n.shop, n.product, n.sales
            FROM (SELECT shop, product, COUNT(*) AS sales FROM charts GROUP BY shop, product) n
            JOIN (
              SELECT shop, MAX(sales) AS most
              FROM (SELECT shop, product, COUNT(*) AS sales FROM charts GROUP BY shop, product)
              GROUP BY shop) m
            ON n.shop = m.shop AND n.sales >= m.most
            """);
    assertThat(view.getExact()).isTrue();
    Random random = new Random(5);
    Map<String, Map<String, Long>> sales = new HashMap<>();
    Position at = Position.empty();
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      for (int i = 0; i < 20; i++) {
        List<LogEvent> events = new ArrayList<>();
        for (int j = 0; j < 20; j++) {
          String shop = "shop" + random.nextInt(3);
          String product = "p" + random.nextInt(6);
          sales.computeIfAbsent(shop, s -> new HashMap<>()).merge(product, 1L, Long::sum);
          events.add(new LogEvent("charts", shop, ViewLab.sale(shop, product, 1)));
        }
        at = at.merge(lab.append(events));
        fold.awaitPosition(at);
        Set<Map<String, Object>> best = new HashSet<>();
        sales.forEach(
            (shop, of) -> {
              long most = Collections.max(of.values());
              of.forEach(
                  (product, n) -> {
                    if (n == most) {
                      best.add(Map.of("shop", shop, "product", product, "sales", n));
                    }
                  });
            });
        assertThat(Set.copyOf(fold.rows())).isEqualTo(best);
      }
    }
  }

  @Test
  void aQueryOfOneSubtaskIsOneChainUpToTheWriter() throws Exception {
    String query = " AS SELECT product, SUM(amount) AS amount FROM sales GROUP BY product";
    assertThat(tasks(lab.createView("chained", "CREATE MATERIALIZED VIEW chained" + query)))
        .isEqualTo(2);
    assertThat(
            tasks(
                lab.createView(
                    "spread",
                    "CREATE MATERIALIZED VIEW spread WITH ('parallelism' = '2')" + query)))
        .isEqualTo(3);
  }

  private static int tasks(ViewDefinition view) {
    return planner()
        .job(view, 1, JobGraphs.configuration(view, lab.checkpoints))
        .getJobGraph(ViewsIT.class.getClassLoader())
        .getNumberOfVertices();
  }

  /** Threads that look every millisecond whether there is something to send, also in idle views. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "timed_a| |FROM timed_a|false",
        "timed_b|WITH ('parallelism' = '2')|FROM timed_b|true",
        "timed_c|WITH ('progress' = 'exact', 'parallelism' = '2')|FROM timed_c|false",
        "timed_d| |FROM (SELECT * FROM timed_d UNION ALL SELECT * FROM sales WHERE shop = '-')|true",
      })
  void onlyWhatHasToGoOutBetweenTicksHasATimer(
      String log, String options, String from, boolean timers) throws Exception {
    lab.createLog(log, ViewLab.SALE, 2);
    ViewDefinition view =
        lab.createView(
            log,
            "CREATE MATERIALIZED VIEW %s %s AS SELECT product, COUNT(*) AS n %s GROUP BY product"
                .formatted(log, options == null ? "" : options, from));
    Position at = lab.append(List.of(new LogEvent(log, "k", ViewLab.sale("a", "p", 1))));
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(at);
      assertThat(fold.rows()).containsExactly(Map.of("product", "p", "n", 1L));
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .filteredOn(name -> name.startsWith("OutputFlusher") && name.contains("tap " + log))
        .satisfies(names -> assertThat(names.isEmpty()).isEqualTo(!timers));
    // The slots are few.
    lab.request(ViewRequestKind.DROP, log, "");
  }

  private static ViewPlanner planner() {
    return new ViewPlanner(lab.logs, lab.catalog, lab.registry.factory());
  }

  @Test
  void thePlannerWarmsUpWithoutAnyLog() {
    List<ViewDefinition> before = lab.catalog.definitions();

    planner().warmUp();

    assertThat(lab.catalog.definitions()).isEqualTo(before);
  }

  @Test
  void anEmptyLogIsAViewWithoutRows() throws Exception {
    lab.createLog("nothing", ViewLab.SALE, 2);
    ViewDefinition tick =
        lab.createView(
            "no_rows",
            "CREATE MATERIALIZED VIEW no_rows AS SELECT shop, COUNT(*) AS n FROM nothing GROUP BY shop");
    ViewDefinition exact =
        lab.createView(
            "no_exact_rows",
            "CREATE MATERIALIZED VIEW no_exact_rows WITH ('progress' = 'exact') AS SELECT shop, COUNT(*) AS n FROM nothing GROUP BY shop");
    assertThat(exact.getExact()).isTrue();
    for (ViewDefinition view : List.of(tick, exact)) {
      try (ChangelogFold fold = new ChangelogFold(lab, view)) {
        fold.awaitPosition(Position.empty());
        assertThat(fold.rows()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT shop, COUNT(*) AS n FRO sales GROUP BY shop|2|28|FRO",
        "SELECT shop, COUNT(*) AS n FROM nolog GROUP BY shop|2|33|there is no log 'nolog'",
        "SELECT shop, COUNT(*) AS n FROM sales GROUP BY shp|2|48|shp",
        "SELECT who, COUNT(tags) AS n FROM `all-visits` GROUP BY who|2|19|Avro type array",
        "SELECT shop, amount FROM sales|0|0|Declare one",
        "SELECT COUNT(*) AS n FROM sales|0|0|one single row",
        "SELECT COUNT(*) AS n FROM sales GROUP BY shop|0|0|not all in its SELECT list",
        "SELECT shop, COUNT(*) FROM sales GROUP BY shop|0|0|column 2 of the query",
        "SELECT shop, COLLECT(amount) AS c FROM sales GROUP BY shop|0|0|column 'c' is of type MULTISET",
        "SELECT CAST(shop AS DATE) AS d, COUNT(*) AS n FROM sales GROUP BY CAST(shop AS DATE)|0|0|which a key cannot have",
        "SELECT date FROM sales|2|8|back-ticks",
        "SELECT shop, SUM(product) AS n FROM sales GROUP BY shop|2|14|SUM",
      })
  void whatIsWrongWithTheQueryIsSaidWithItsPlace(String query, int line, int column, String message)
      throws Exception {
    ViewAnswer answer = create("wrong", "CREATE MATERIALIZED VIEW wrong AS\n" + query);
    assertThat(answer.getOutcome()).isEqualTo(ViewOutcome.INVALID_SQL);
    assertThat(answer.getMessage()).contains(message);
    assertThat(List.of(answer.getLine(), answer.getColumn())).isEqualTo(List.of(line, column));
    assertThat(lab.catalog.definition("wrong")).isEmpty();
  }

  @Test
  void aStatementThatIsNestedTooDeeplyIsAnsweredAndHoldsNothingUp() throws Exception {
    String sql =
        "CREATE MATERIALIZED VIEW deep AS SELECT shop, COUNT(*) AS n FROM sales WHERE %s GROUP BY shop";
    String nested = "(".repeat(20_000) + "amount > 0" + ")".repeat(20_000);
    ViewAnswer answer = create("deep", sql.formatted(nested));
    assertThat(answer.getOutcome()).isEqualTo(ViewOutcome.INVALID_SQL);
    assertThat(answer.getMessage()).contains("nested too deeply");
    assertThat(create("deep", sql.formatted("amount > 0")).getOutcome())
        .isEqualTo(ViewOutcome.CREATED);
    lab.request(ViewRequestKind.DROP, "deep", "");
  }

  @Test
  void aKeyThatIsNotTheQuerysIsRefused() throws Exception {
    ViewAnswer other =
        create(
            "keyed",
            "CREATE MATERIALIZED VIEW keyed (PRIMARY KEY (n)) AS SELECT shop, COUNT(*) AS n FROM sales GROUP BY shop");
    assertThat(other.getOutcome()).isEqualTo(ViewOutcome.INVALID_SQL);
    assertThat(other.getMessage()).contains("(n) is not the key").contains("which is (shop)");
    ViewAnswer more =
        create(
            "keyed",
            "CREATE MATERIALIZED VIEW keyed (PRIMARY KEY (shop, n)) AS SELECT shop, COUNT(*) AS n FROM sales GROUP BY shop");
    assertThat(more.getMessage()).contains("(shop, n) is not the key");
  }

  @Test
  void theNamesInRequestAndStatementMustAgree() throws Exception {
    ViewAnswer answer =
        create(
            "this",
            "CREATE MATERIALIZED VIEW that AS SELECT shop, COUNT(*) AS n FROM sales GROUP BY shop");
    assertThat(answer.getOutcome()).isEqualTo(ViewOutcome.INVALID_SQL);
    assertThat(answer.getMessage()).contains("'that'").contains("'this'");
  }

  private static ViewAnswer create(String view, String sql) throws Exception {
    return lab.request(ViewRequestKind.CREATE, view, sql);
  }

  private static GenericRecord visit(String who, int n) {
    return new GenericRecordBuilder(VISIT)
        .set("who", who)
        .set("tags", List.of("x"))
        .set("n", n)
        .build();
  }
}
