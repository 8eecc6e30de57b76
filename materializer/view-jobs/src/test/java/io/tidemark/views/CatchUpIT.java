package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.log.LogEvent;
import io.tidemark.log.Position;
import io.tidemark.schemas.catalog.ViewDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A view that is built over a full log, or catches up, writes far fewer rows than it reads. */
class CatchUpIT {
  private static final int PARTITIONS = 2;
  private static final int EVENTS = 50_000;
  private static final int KEYS = 1_000;

  /** Each key is written a few times, and nearly every event was a row before. */
  private static final long MOST_ROWS = EVENTS / 2;

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
  void aViewOverAFullLogHasItsRowsAFewTimesEach() throws Exception {
    lab.createLog("full", ViewLab.SALE, PARTITIONS);
    Position end = append("full", KEYS);
    ViewDefinition view = sumOf("full", "'checkpoint-interval' = '1 h'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      assertThat(rowsUpToTheTarget(fold, end)).isBetween((long) KEYS, MOST_ROWS);
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "full", PARTITIONS));
      fold.awaitPosition(
          lab.append(List.of(new LogEvent("full", "s", ViewLab.sale("s", "p1", 1)))));
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "full", PARTITIONS));
    }
  }

  @Test
  void aJobThatCatchesUpAfterARestartHasItsRowsAFewTimesEach() throws Exception {
    lab.createLog("behind", ViewLab.SALE, PARTITIONS);
    ViewDefinition view = sumOf("behind", "'checkpoint-interval' = '5 s'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.awaitPosition(append("behind", KEYS));
      awaitCheckpoint(view);
      lab.stopJobs();
      Position end = append("behind", KEYS);
      lab.startJobs();
      fold.await(() -> fold.shards.stream().allMatch(shard -> shard.epochs >= 2), 120);
      assertThat(rowsUpToTheTarget(fold, end)).isBetween((long) KEYS, MOST_ROWS);
      assertThat(fold.shards.get(0).start.getRestoredCheckpoint()).isPositive();
      assertThat(ProductSums.of(fold)).isEqualTo(ProductSums.of(lab, "behind", PARTITIONS));
    }
  }

  /** Each key comes once: a row that is missing at the mark would never be written again. */
  @Test
  void aJobThatIsStoppedWhileItsRowsWaitLosesNone() throws Exception {
    lab.createLog("cut-short", ViewLab.SALE, PARTITIONS);
    Position end = append("cut-short", EVENTS);
    ViewDefinition view = sumOf("cut-short", "'checkpoint-interval' = '50 ms'");
    try (ChangelogFold fold = new ChangelogFold(lab, view)) {
      fold.await(() -> fold.shards.stream().allMatch(shard -> shard.marksSeen > 0), 60);
      awaitCheckpoint(view);
      lab.stopJobs();
      fold.poll(200);
      lab.startJobs();
      fold.await(() -> fold.shards.stream().allMatch(shard -> shard.epochs >= 2), 120);
      assertThat(fold.shards.get(0).start.getRestoredCheckpoint()).isPositive();
      fold.awaitPosition(end);
      assertThat(differences(ProductSums.of(fold), ProductSums.of(lab, "cut-short", PARTITIONS)))
          .isEmpty();
    }
  }

  private static List<String> differences(Map<Object, Long> shown, Map<Object, Long> wanted) {
    Set<Object> keys = new TreeSet<>(shown.keySet());
    keys.addAll(wanted.keySet());
    return keys.stream()
        .filter(key -> !Objects.equals(shown.get(key), wanted.get(key)))
        .map(key -> key + ": " + shown.get(key) + " instead of " + wanted.get(key))
        .toList();
  }

  private static void awaitCheckpoint(ViewDefinition view) {
    Checkpoints checkpoints = new Checkpoints(lab.checkpoints, view.getView(), 1);
    await().atMost(Duration.ofSeconds(60)).until(() -> !checkpoints.complete().isEmpty());
  }

  /** How many rows the newest epoch has had when every shard shows the position. */
  private static long rowsUpToTheTarget(ChangelogFold fold, Position end) {
    fold.await(() -> fold.shards.stream().allMatch(s -> s.flipped && s.frontier.covers(end)), 120);
    long rows = fold.shards.stream().mapToLong(shard -> shard.rows).sum();
    System.out.printf("rows of the epoch: %d, events: %d, keys: %d%n", rows, EVENTS, KEYS);
    return rows;
  }

  private static ViewDefinition sumOf(String log, String options) throws Exception {
    String view = log.replace('-', '_') + "_sum";
    return lab.createView(
        view,
        "CREATE MATERIALIZED VIEW %s WITH (%s) AS SELECT product, SUM(amount) AS amount FROM `%s` GROUP BY product"
            .formatted(view, options, log));
  }

  private static Position append(String log, int keys) throws Exception {
    Position end = Position.empty();
    for (int sent = 0; sent < EVENTS; ) {
      List<LogEvent> events = new ArrayList<>();
      for (int i = 0; i < 5_000; i++, sent++) {
        String shop = "shop" + sent % 97;
        events.add(new LogEvent(log, shop, ViewLab.sale(shop, "p" + sent % keys, sent % 13)));
      }
      end = end.merge(lab.append(events));
    }
    return end;
  }
}
