package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.log.LogEvent;
import io.tidemark.log.Position;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.ChangelogRecord;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewOutcome;
import io.tidemark.schemas.catalog.ViewRequestKind;
import io.tidemark.schemas.catalog.ViewState;
import io.tidemark.schemas.catalog.ViewStatus;
import io.tidemark.schemas.control.EpochStart;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failures, restarts, foreign writers and bad events. */
class RecoveryIT {
  private static final int PARTITIONS = 2;

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

  @Test
  void aFailedTaskGoesBackToItsCheckpointAndLosesNothing() throws Exception {
    ViewDefinition view = sumOf("failing", "'checkpoint-interval' = '50 ms'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(append("failing", 500));
      // Of one alone the job's master need not have heard yet.
      awaitCheckpoints(view, 2);
      append("failing", 300);
      // Another attempt of the same generation: it takes the shard, so the writer has to fail.
      send(ChangelogCodec.epochStart(view.getChangelog(), 0, new EpochStart(1L, 0L, List.of())));
      Position end = append("failing", 200);
      fold.await(() -> fold.shards.get(0).epochs >= 3, 180);
      ChangelogFold.Shard shard = fold.shards.get(0);
      assertThat(shard.start.getGeneration()).isEqualTo(1);
      assertThat(shard.start.getRestoredCheckpoint()).isPositive();
      fold.awaitPosition(end);
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "failing", PARTITIONS));
    }
  }

  /** Progress that a row does not come with would be a lie, though the job fails right after it. */
  @Test
  void aRowThatCannotBeWrittenIsNotPassedOver() throws Exception {
    lab.createLog("long-names", ViewLab.SALE, 1);
    ViewDefinition view =
        lab.createView(
            "large_rows",
            """
            CREATE MATERIALIZED VIEW large_rows WITH ('shards' = '1') AS
            SELECT shop, CONCAT(MAX(product), MAX(product)) AS twice FROM `long-names` GROUP BY shop
            """);
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      Position small =
          lab.append(List.of(new LogEvent("long-names", "a", ViewLab.sale("a", "p", 1))));
      fold.awaitPosition(small);
      String product = "p".repeat(600_000);
      Position large =
          lab.append(List.of(new LogEvent("long-names", "b", ViewLab.sale("b", product, 1))));
      lab.append(List.of(new LogEvent("long-names", "a", ViewLab.sale("a", "q", 1))));
      fold.await(() -> fold.shards.get(0).epochs >= 3, 180);
      assertThat(fold.shards.get(0).frontier.covers(large)).isFalse();
      assertThat(fold.rows()).containsExactly(Map.of("shop", "a", "twice", "pp"));
    }
    lab.request(ViewRequestKind.DROP, "large_rows", "");
  }

  /** The broker takes the Progress behind a row that it has refused; its count tells on it. */
  @Test
  void aRowThatTheBrokerRefusesIsMissedByTheCountOfRows() throws Exception {
    lab.createLog("refused-names", ViewLab.SALE, 1);
    ViewDefinition view =
        lab.createView(
            "refused_rows",
            """
            CREATE MATERIALIZED VIEW refused_rows WITH ('shards' = '1') AS
            SELECT shop, MAX(product) AS product FROM `refused-names` GROUP BY shop
            """);
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(
          lab.append(List.of(new LogEvent("refused-names", "a", ViewLab.sale("a", "p", 1)))));
      limitRecords(view, 10_000);
      awaitLimit(view, fold.shards.get(0).epoch + 1, 20_000);
      String product = incompressible(100_000);
      Position large =
          lab.append(List.of(new LogEvent("refused-names", "b", ViewLab.sale("b", product, 1))));
      fold.await(() -> fold.dropped.stream().anyMatch(each -> reaches(each, large)), 60);
      assertThat(fold.shards.get(0).frontier.covers(large)).isFalse();
      assertThat(fold.rows()).containsExactly(Map.of("shop", "a", "product", "p"));
      limitRecords(view, 1_000_000);
      fold.awaitPosition(large);
      assertThat(fold.rows())
          .containsExactlyInAnyOrder(
              Map.of("shop", "a", "product", "p"), Map.of("shop", "b", "product", product));
    }
    lab.request(ViewRequestKind.DROP, "refused_rows", "");
  }

  private static boolean reaches(ChangelogRecord record, Position position) {
    return record instanceof ChangelogRecord.Reached reached && reached.position().covers(position);
  }

  private static String incompressible(int length) {
    return new Random(1)
        .ints(length, 'A', 'z')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static void limitRecords(ViewDefinition view, int bytes) throws Exception {
    try (Admin admin = Admin.create(lab.logs.clientConfig())) {
      ConfigResource changelog = new ConfigResource(Type.TOPIC, view.getChangelog());
      ConfigEntry limit =
          new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes));
      admin
          .incrementalAlterConfigs(
              Map.of(changelog, List.of(new AlterConfigOp(limit, AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  /** The controller says that it is set before the broker keeps to it. */
  private static void awaitLimit(ViewDefinition view, long nobodysEpoch, int tooLarge) {
    byte[] row = incompressible(tooLarge).getBytes(StandardCharsets.UTF_8);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              try {
                send(ChangelogCodec.row(view.getChangelog(), 0, nobodysEpoch, new byte[] {1}, row));
                return false;
              } catch (ExecutionException e) {
                return e.getCause() instanceof RecordTooLargeException;
              }
            });
  }

  @Test
  void aWriterOfALaterGenerationReplacesTheOneThatRuns() throws Exception {
    ViewDefinition view = sumOf("replaced", "'shards' = '1'");
    // A lower generation is a zombie's: ignored by everybody.
    send(ChangelogCodec.epochStart(view.getChangelog(), 0, new EpochStart(0L, 99L, List.of())));
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(append("replaced", 50));
      assertThat(fold.dropped).hasSize(1);
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "replaced", PARTITIONS));
    }
    send(ChangelogCodec.epochStart(view.getChangelog(), 0, new EpochStart(2L, 0L, List.of())));
    append("replaced", 50);
    ViewStatus status = awaitState("replaced_sum", ViewState.FAILED);
    assertThat(status.getMessage()).contains("has been replaced at shard 0 by generation 2");
  }

  @Test
  void jobsComeBackFromTheirCheckpointsAfterARestart() throws Exception {
    ViewDefinition view = sumOf("restarted", "'checkpoint-interval' = '50 ms'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(append("restarted", 500));
      // A mark is there before its checkpoint is complete.
      awaitCheckpoints(view, 1);
      lab.stopJobs();
      Position end = append("restarted", 100);
      lab.startJobs();
      fold.await(() -> fold.shards.get(0).epochs >= 2, 180);
      assertThat(fold.shards.get(0).start.getGeneration()).isEqualTo(2);
      assertThat(fold.shards.get(0).start.getRestoredCheckpoint()).isPositive();
      fold.awaitPosition(end);
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "restarted", PARTITIONS));
    }
  }

  /** Its checkpoints share files, but with none of another generation. */
  @Test
  void stateOnDiskComesBackAgainAndAgainFromTheNewestGenerationAlone() throws Exception {
    ViewDefinition view =
        sumOf("kept", "'checkpoint-interval' = '50 ms', 'state-backend' = 'rocksdb'");
    Checkpoints checkpoints = new Checkpoints(lab.checkpoints, view.getView(), 1);
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      for (int generation = 1; generation <= 4; generation++) {
        int current = generation;
        if (current > 1) {
          lab.startJobs();
          fold.await(() -> fold.shards.get(0).epochs >= current, 180);
          assertThat(fold.shards.get(0).start.getGeneration()).isEqualTo(current);
          assertThat(fold.shards.get(0).start.getRestoredCheckpoint()).isPositive();
        }
        fold.awaitPosition(appendLongNames("kept", generation));
        assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "kept", PARTITIONS));
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () ->
                    checkpoints.hasOneOf(current)
                        && Files.notExists(checkpoints.directory(current - 1)));
        awaitNextCheckpoints(checkpoints);
        lab.stopJobs();
        // Only now: a job that runs deletes checkpoints while one looks.
        try (Stream<Path> files = Files.walk(checkpoints.directory(current))) {
          assertThat(files.map(Path::getParent)).anyMatch(in -> in.endsWith("shared"));
        }
      }
    }
    lab.startJobs();
    lab.request(ViewRequestKind.DROP, view.getView(), "");
  }

  /** As many new keys as make files that are too large to lie in a checkpoint's metadata. */
  private static Position appendLongNames(String log, int generation) throws Exception {
    return lab.append(
        IntStream.range(0, 1_000)
            .mapToObj(
                i -> {
                  String product = "%d-%d-%s".formatted(generation, i, "p".repeat(600));
                  return new LogEvent(log, product, ViewLab.sale("shop", product, i));
                })
            .toList());
  }

  /** Waits for so many complete checkpoints of the view's first version. */
  private static Checkpoints awaitCheckpoints(ViewDefinition view, int count) {
    Checkpoints checkpoints = new Checkpoints(lab.checkpoints, view.getView(), 1);
    await().atMost(Duration.ofSeconds(60)).until(() -> checkpoints.complete().size() >= count);
    return checkpoints;
  }

  /** Those that are kept then reflect all that has been told before. */
  private static void awaitNextCheckpoints(Checkpoints checkpoints) {
    List<Path> known = checkpoints.complete();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(checkpoints::complete, now -> !now.isEmpty() && Collections.disjoint(now, known));
  }

  @Test
  void aViewKnowsWhichLogItWasMadeOverAndDoesNotGoOnOverAnother() throws Exception {
    ViewDefinition view = sumOf("anew", "'shards' = '1'");
    ViewDefinition above =
        lab.createView(
            "above",
            "CREATE MATERIALIZED VIEW above AS SELECT product, COUNT(*) AS n FROM anew_sum GROUP BY product");
    Map<String, Long> old = Map.of("anew", lab.logs.describe("anew").id());
    assertThat(view.getLogIds()).isEqualTo(old);
    assertThat(above.getLogIds()).isEqualTo(old);
    try (Admin admin = Admin.create(lab.logs.clientConfig())) {
      admin.deleteTopics(List.of("anew")).all().get();
      await().until(() -> !admin.listTopics().names().get().contains("anew"));
    }
    lab.createLog("anew", ViewLab.SALE, PARTITIONS);
    ViewAnswer mixed =
        lab.request(
            ViewRequestKind.CREATE,
            "mixed",
            "CREATE MATERIALIZED VIEW mixed AS SELECT a.product, COUNT(*) AS n FROM anew a JOIN anew_sum s ON a.product = s.product GROUP BY a.product");
    assertThat(mixed.getOutcome()).as(mixed.getMessage()).isEqualTo(ViewOutcome.FAILED);
    assertThat(mixed.getMessage()).contains("'anew' was deleted and made anew");
    lab.stopJobs();
    lab.startJobs();
    ViewStatus status = awaitState("anew_sum", ViewState.FAILED);
    assertThat(status.getMessage()).contains("'anew' was deleted and made anew", "'anew_sum'");
    lab.request(ViewRequestKind.DROP, "above", "");
    lab.request(ViewRequestKind.DROP, "anew_sum", "");
  }

  @Test
  void aDeployerThatStopsWhileItsViewsComeUpCallsNoneOfThemFailed() throws Exception {
    ViewDefinition view = sumOf("hurried", "'checkpoint-interval' = '50 ms'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(append("hurried", 100));
      lab.stopJobs();
      List<ViewStatus> told = new CopyOnWriteArrayList<>();
      lab.catalog.listen(
          new ViewCatalog.Listener() {
            @Override
            public void onStatus(ViewStatus status) {
              if (status.getView().equals(view.getView())) {
                told.add(status);
              }
            }
          });
      lab.startJobs();
      lab.stopJobs();
      Position end = append("hurried", 100);
      lab.startJobs();
      fold.awaitPosition(end);
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "hurried", PARTITIONS));
      assertThat(told).noneMatch(status -> status.getState() == ViewState.FAILED);
    }
  }

  @Test
  void aViewWhoseJobCouldNotBeSubmittedIsTriedAgain() throws Exception {
    ViewDefinition view = sumOf("unlucky", "'checkpoint-interval' = '50 ms'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(append("unlucky", 100));
      lab.stopJobs();
      AtomicInteger refusals = new AtomicInteger();
      lab.startJobs(
          cluster ->
              new RefusingCluster(
                  cluster,
                  job ->
                      job.getJobName().startsWith(view.getView())
                          && refusals.incrementAndGet() <= 2));
      fold.awaitPosition(append("unlucky", 100));
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "unlucky", PARTITIONS));
      awaitState(view.getView(), ViewState.RUNNING);
      assertThat(refusals.get()).isGreaterThan(2);
    }
  }

  @Test
  void checkpointsWhoseDiskIsAwayAreWaitedFor() throws Exception {
    ViewDefinition view = sumOf("away", "'checkpoint-interval' = '50 ms'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(append("away", 500));
      awaitCheckpoints(view, 1);
      lab.stopJobs();
      Path here = lab.checkpoints.resolve(view.getView() + "-v1");
      Path elsewhere = lab.checkpoints.resolveSibling("elsewhere");
      Files.move(here, elsewhere);
      Files.createFile(here);
      lab.startJobs();
      assertThat(awaitState(view.getView(), ViewState.RESTARTING).getMessage())
          .contains("checkpoints", here.toString());
      // At once: the deployer, which tries all the time, would make a directory of its own.
      Files.move(elsewhere, here, StandardCopyOption.REPLACE_EXISTING);
      awaitState(view.getView(), ViewState.RUNNING);
      fold.await(() -> fold.shards.get(0).epochs >= 2, 180);
      assertThat(fold.shards.get(0).start.getRestoredCheckpoint()).isPositive();
      fold.awaitPosition(append("away", 100));
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "away", PARTITIONS));
    }
  }

  @Test
  void aCheckpointThatCannotBeReadIsPassedOver() throws Exception {
    ViewDefinition view = sumOf("damaged", "'checkpoint-interval' = '50 ms'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(append("damaged", 500));
      Checkpoints checkpoints = awaitCheckpoints(view, 2);
      lab.stopJobs();
      Path newest = checkpoints.complete().get(0).resolve("_metadata");
      byte[] metadata = Files.readAllBytes(newest);
      Files.write(newest, Arrays.copyOf(metadata, metadata.length / 2));
      lab.startJobs();
      fold.await(() -> fold.shards.get(0).epochs >= 2, 180);
      assertThat(fold.shards.get(0).start.getGeneration()).isEqualTo(3);
      assertThat(fold.shards.get(0).start.getRestoredCheckpoint()).isPositive();
      fold.awaitPosition(append("damaged", 100));
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "damaged", PARTITIONS));
    }
  }

  @Test
  void aViewStopsAtABadEventAndSaysWhere() throws Exception {
    sumOf("stopping", "'shards' = '1'");
    append("stopping", 10);
    send(new ProducerRecord<>("stopping", 1, null, new byte[] {1, 2, 3}));
    ViewStatus status = awaitState("stopping_sum", ViewState.FAILED);
    assertThat(status.getMessage())
        .contains("log stopping, partition 1, offset")
        .contains("not in the Confluent wire format");
    assertThat(status.getGeneration()).isEqualTo(1);
  }

  @Test
  void aViewThatSkipsBadEventsCountsThem() throws Exception {
    ViewDefinition view =
        sumOf("skipping", "'on-bad-event' = 'skip', 'checkpoint-interval' = '50 ms'");
    append("skipping", 10);
    send(new ProducerRecord<>("skipping", 0, null, new byte[] {1, 2, 3}));
    send(new ProducerRecord<>("skipping", 1, null, new byte[] {0, 0, 0, 0, 1, 7}));
    Position end = append("skipping", 10);
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(end);
      long marks = fold.shards.get(0).marksSeen;
      awaitSkipped("skipping_sum", 2);
      // A shard gets a mark only when it has had rows since the last one: so there must be more.
      long events = 20;
      while (fold.shards.get(0).marksSeen <= marks + 1) {
        fold.awaitPosition(append("skipping", 10));
        events += 10;
      }
      lab.stopJobs();
      lab.startJobs();
      send(new ProducerRecord<>("skipping", 0, null, null));
      awaitSkipped("skipping_sum", 3);
      fold.awaitPosition(append("skipping", 10));
      assertThat(fold.rows().stream().mapToLong(r -> (Long) r.get("sales")).sum())
          .isEqualTo(events + 10);
    }
  }

  private static ViewDefinition sumOf(String log, String options) throws Exception {
    lab.createLog(log, ViewLab.SALE, PARTITIONS);
    String view = log + "_sum";
    return lab.createView(
        view,
        "CREATE MATERIALIZED VIEW %s WITH (%s) AS SELECT product, COUNT(*) AS sales, SUM(amount) AS amount FROM %s GROUP BY product"
            .formatted(view, options, log));
  }

  private static Position append(String log, int count) throws Exception {
    List<LogEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(new LogEvent(log, "shop" + i, ViewLab.sale("shop" + i, "p" + i % 17, i)));
    }
    return lab.append(events);
  }

  private static void send(ProducerRecord<byte[], byte[]> record) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            lab.logs.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(record).get();
    }
  }

  private static ViewStatus awaitState(String view, ViewState state) {
    await()
        .atMost(Duration.ofSeconds(180))
        .until(() -> lab.catalog.status(view).orElseThrow().getState() == state);
    return lab.catalog.status(view).orElseThrow();
  }

  private static void awaitSkipped(String view, long count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(lab.catalog.status(view).orElseThrow().getSkippedEvents())
                    .isEqualTo(count));
  }
}
