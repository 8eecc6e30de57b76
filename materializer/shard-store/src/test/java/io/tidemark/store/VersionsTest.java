package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.put;
import static io.tidemark.store.Stores.rows;
import static io.tidemark.store.Stores.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.store.StoreException.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Earlier commits, how long they last, what compaction leaves, and copies of a store. */
class VersionsTest {
  private static final byte[] META = bytes("m");

  @TempDir Path directory;

  private ShardStoreConfig config() {
    return Stores.unattended(directory.resolve("store"));
  }

  private static void assertFails(Kind kind, Runnable call, String... words) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              for (String word : words) {
                assertThat(e).hasMessageContaining(word);
              }
            });
  }

  private long filesOfTheLog() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("store/log"))) {
      return files.filter(file -> file.toString().endsWith(Segment.SUFFIX)).count();
    }
  }

  /** Commit n sets "row" to n. */
  private static void commits(ShardStore store, int from, int to) {
    for (int i = from; i <= to; i++) {
      put(store, "row", "" + i);
      store.commit(bytes("" + i));
    }
  }

  @Test
  void whatOneStepOfManySegmentsChangedIsFoundAfterCompaction() {
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      commits(store, 1, 1);
      try (Snapshot first = store.snapshot()) {
        put(store, "other", "1");
        for (int i = 0; i < 5_000; i++) {
          put(store, "row", "v".repeat(100) + i);
        }
        store.delete(bytes("other"));
        store.commit(META);
        commits(store, 2, 3);
        store.compact();
        try (Snapshot last = store.snapshot()) {
          Map<String, String> told = new TreeMap<>();
          for (ChangeCursor changes = last.changesSince(first); changes.next(); ) {
            byte[] value = changes.value();
            told.put(text(changes.key()), value == null ? "none" : text(value));
          }
          assertThat(told).containsOnly(Map.entry("row", "3"), Map.entry("other", "none"));
        }
      }
    }
  }

  @Test
  void changesAreToldWhileBothCommitsAreHeld() {
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      commits(store, 1, 1);
      Snapshot first = store.snapshot();
      commits(store, 2, 3);
      try (Snapshot last = store.snapshot()) {
        assertThatIllegalArgumentException().isThrownBy(() -> first.changesSince(last));
        ChangeCursor changes = last.changesSince(first);
        first.close();
        assertFails(Kind.CLOSED, changes::next);
      }
    }
  }

  @Test
  void whatWasWrittenBehindAnEarlierCommitIsToldOfEachKey() {
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      store.savepoint(1);
      for (String key : List.of("same", "changed", "again", "deleted")) {
        put(store, key, "1");
      }
      store.commit(META);
      Snapshot first = store.snapshot();
      first.close();
      put(store, "changed", "2");
      put(store, "again", "1");
      put(store, "between", "1");
      store.delete(bytes("deleted"));
      store.commit(META);
      store.delete(bytes("between"));
      store.commit(META);
      put(store, "uncommitted", "1");
      assertWritten(store, first, "changed", "again", "deleted", "between");
      try (Snapshot second = store.snapshot()) {
        assertWritten(store, second);
        store.rollbackTo(1);
        store.commit(META);
        // The others had no row at the savepoint, and have none now.
        assertWritten(store, second, "same", "changed", "again", "uncommitted");
      }
    }
  }

  @Test
  void snapshotsTellWhetherTheySeeTheSameCommit() {
    Snapshot first;
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      store.savepoint(1);
      commits(store, 1, 1);
      first = store.snapshot();
      put(store, "row", "uncommitted");
      try (Snapshot again = store.snapshot()) {
        assertThat(again.seesSameCommit(first)).isTrue();
      }
      first.close();
      try (Snapshot again = store.snapshot()) {
        assertThat(again.seesSameCommit(first)).isTrue();
      }
      store.rollbackTo(1);
      commits(store, 1, 1);
      try (Snapshot second = store.snapshot();
          Snapshot earlier = store.snapshotAt(first.seenStep())) {
        assertThat(second.seesSameCommit(first)).isFalse();
        assertThat(earlier.seesSameCommit(first)).isTrue();
      }
    }
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY);
        Snapshot reopened = store.snapshotAt(first.seenStep())) {
      assertThat(reopened.seesSameCommit(first)).isFalse();
    }
  }

  @Test
  void aRowThatCameAndWentCountsAsWrittenWhenItsTombstoneIsGone() {
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      commits(store, 1, 1);
      Snapshot first = store.snapshot();
      first.close();
      put(store, "between", "1");
      store.commit(META);
      store.delete(bytes("between"));
      store.commit(META);
      for (int i = 0; i < 40; i++) {
        put(store, "churn", i + "v".repeat(4_000));
        store.commit(META);
      }
      store.compact();
      assertThat(directory.resolve("store/log").resolve(Segment.fileName(1))).doesNotExist();
      try (Snapshot last = store.snapshot()) {
        assertThat(last.mayHaveWrittenSince(bytes("between"), first)).isTrue();
      }
      Snapshot late = store.snapshot();
      late.close();
      assertWritten(store, late);
    }
  }

  @Test
  void ofAStoreThatWasClosedNothingIsKnown() {
    Snapshot before;
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      commits(store, 1, 5);
      before = store.snapshot();
      before.close();
    }
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY);
        Snapshot after = store.snapshot()) {
      assertThat(after.mayHaveWrittenSince(bytes("row"), before)).isTrue();
    }
  }

  private static void assertWritten(ShardStore store, Snapshot since, String... written) {
    try (Snapshot now = store.snapshot()) {
      assertThat(
              Stream.of("same", "changed", "again", "deleted", "between", "uncommitted", "never")
                  .filter(key -> now.mayHaveWrittenSince(bytes(key), since)))
          .containsExactlyInAnyOrder(written);
    }
  }

  @Test
  void everyCommitCanBeReadAgainWithinTheRetention() {
    try (ShardStore store =
        ShardStore.open(config().withRetention(Duration.ofHours(1)), Stores.IDENTITY)) {
      commits(store, 1, 2_000);
      store.compact();
      for (int step : List.of(1, 2, 3, 500, 1_023, 1_024, 1_999, 2_000)) {
        try (Snapshot then = store.snapshotAt(step)) {
          assertThat(then.step()).isEqualTo(step);
          assertThat(text(then.metadata())).isEqualTo("" + step);
          assertThat(rows(then)).containsExactly(Map.entry("row", "" + step));
        }
        try (Snapshot then =
            store.newestSnapshot(
                metadata -> metadata.length == 0 || Integer.parseInt(text(metadata)) <= step)) {
          assertThat(then.step()).isEqualTo(step);
        }
      }
      try (Snapshot start = store.snapshotAt(0)) {
        assertThat(rows(start)).isEmpty();
      }
      assertThatIllegalArgumentException().isThrownBy(() -> store.snapshotAt(2_001));
    }
  }

  @Test
  void searchingAnEarlierCommitReadsFewOfThem() {
    int[] looked = new int[1];
    try (ShardStore store =
        ShardStore.open(config().withRetention(Duration.ofHours(1)), Stores.IDENTITY)) {
      commits(store, 1, 4_000);
      store
          .newestSnapshot(
              metadata -> {
                looked[0]++;
                return metadata.length == 0 || Integer.parseInt(text(metadata)) <= 17;
              })
          .close();
    }
    assertThat(looked[0]).isLessThan(80);
  }

  @Test
  void theOldestCommitThatIsAsWantedIsFoundAmongMany() {
    try (ShardStore store =
        ShardStore.open(config().withRetention(Duration.ofHours(1)), Stores.IDENTITY)) {
      // Commits that say the same follow one another, so that it matters which of them is found.
      for (int i = 1; i <= 600; i++) {
        put(store, "row", "" + i);
        store.commit(bytes("" + i / 3));
      }
      for (int value : List.of(1, 2, 77, 199, 200)) {
        try (Snapshot then = store.oldestSnapshot(metadata -> number(metadata) >= value)) {
          assertThat(then.step()).isEqualTo(3L * value);
          assertThat(rows(then)).containsEntry("row", "" + 3 * value);
        }
      }
      try (Snapshot first = store.oldestSnapshot(metadata -> number(metadata) >= 0)) {
        assertThat(first.step()).isEqualTo(1);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.oldestSnapshot(metadata -> number(metadata) > 200));
    }
  }

  /** What the metadata say; less than any number before the first commit. */
  private static int number(byte[] metadata) {
    return metadata.length == 0 ? -1 : Integer.parseInt(text(metadata));
  }

  @Test
  void whatWasTheLastCommitAtATimeIsFoundAgain() {
    try (ShardStore store =
        ShardStore.open(config().withRetention(Duration.ofHours(1)), Stores.IDENTITY)) {
      List<Long> times = new ArrayList<>();
      for (int step = 1; step <= 50; step++) {
        commits(store, step, step);
        try (Snapshot made = store.snapshot()) {
          times.add(made.committedAtMillis());
          if (step % 10 == 0) {
            // Some of the commits are of one millisecond, these are not.
            Awaitility.await().until(() -> System.currentTimeMillis() > made.committedAtMillis());
          }
        }
      }
      for (long millis : times) {
        try (Snapshot then = store.snapshotAtTime(millis)) {
          assertThat(then.step()).isEqualTo(times.lastIndexOf(millis) + 1);
          assertThat(rows(then)).containsEntry("row", "" + then.step());
        }
      }
      assertFails(
          Kind.VERSION_GONE, () -> store.snapshotAtTime(times.get(0) - 1), "the last commit at");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.snapshotAtTime(System.currentTimeMillis() + 60_000))
          .withMessageContaining("has not passed");
    }
  }

  @Test
  void whatTheRetentionDoesNotKeepIsRefusedAndItsSegmentsGo() throws Exception {
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      long first = System.currentTimeMillis();
      for (int i = 1; i <= 200; i++) {
        put(store, "row", i + "v".repeat(4_000));
        store.commit(bytes("" + i));
      }
      Awaitility.await().until(() -> System.currentTimeMillis() > first);
      long before = filesOfTheLog();
      store.compact();
      assertThat(filesOfTheLog()).isLessThan(before / 2);
      assertThat(store.stats().oldestStep()).isEqualTo(200);
      assertFails(Kind.VERSION_GONE, () -> store.snapshotAt(3), "since commit 200", "commit 3");
      assertFails(Kind.VERSION_GONE, () -> store.newestSnapshot(metadata -> metadata.length == 0));
      assertFails(Kind.VERSION_GONE, () -> store.oldestSnapshot(metadata -> number(metadata) > 3));
      assertFails(Kind.VERSION_GONE, () -> store.snapshotAtTime(first));
      assertThat(rows(store)).containsEntry("row", "200" + "v".repeat(4_000));
    }
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      assertThat(rows(store)).containsEntry("row", "200" + "v".repeat(4_000));
      store.verify();
    }
  }

  @Test
  void openSnapshotKeepsItsVersionsFromCompaction() {
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      put(store, "row", "first" + "v".repeat(4_000));
      put(store, "gone", "x");
      store.commit(META);
      try (Snapshot first = store.snapshot()) {
        store.delete(bytes("gone"));
        for (int i = 1; i <= 100; i++) {
          put(store, "row", i + "v".repeat(4_000));
          store.commit(META);
          store.compact();
        }
        assertThat(rows(first)).containsOnlyKeys("row", "gone");
        assertThat(text(first.get(bytes("row")))).startsWith("first");
      }
      store.compact();
      assertThat(store.stats().oldestStep()).isGreaterThan(1);
    }
  }

  @Test
  void rowThatAnAbortedStepHadSupersededOutlivesItsSegment() {
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      put(store, "row", "kept");
      for (int i = 1; i <= 40; i++) {
        put(store, "other", i + "v".repeat(4_000));
        store.commit(bytes("" + i));
      }
      int before = store.stats().segmentCount();
      put(store, "row", "aborted");
      // Some rows are written at a time.
      store.savepoint(1);
      // The row is not the newest of its key now, so it is not copied.
      store.compact();
      store.abort();
      for (int i = 41; i <= 45; i++) {
        put(store, "other", "" + i);
        store.commit(bytes("" + i));
        store.compact();
        assertThat(rows(store)).containsEntry("row", "kept");
      }
      assertThat(store.stats().segmentCount()).isLessThan(before);
    }
  }

  @Test
  void snapshotThatIsOpenForTooLongIsEnded() {
    try (ShardStore store =
        ShardStore.open(
            Stores.tiny(directory.resolve("store")).withMaxSnapshotAge(Duration.ofMillis(1)),
            Stores.IDENTITY)) {
      put(store, "row", "1");
      store.commit(META);
      try (Snapshot old = store.snapshot()) {
        Awaitility.await()
            .untilAsserted(
                () -> assertFails(Kind.EXPIRED, old::metadata, Stores.IDENTITY, "maxSnapshotAge"));
        assertFails(Kind.EXPIRED, () -> old.get(META));
      }
      // Read through a snapshot, which may be ended as well.
      Awaitility.await()
          .ignoreExceptionsMatching(
              e -> e instanceof StoreException ended && ended.kind() == Kind.EXPIRED)
          .untilAsserted(() -> assertThat(rows(store)).containsEntry("row", "1"));
    }
  }

  /**
   * A tombstone may only be forgotten when no older file has the row: otherwise a rebuild of the
   * index from the log would bring it back.
   */
  @Test
  void deletedRowsStayDeletedWhateverIsCompactedAndRebuilt() throws Exception {
    Random random = new Random(5);
    for (int round = 0; round < 6; round++) {
      try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
        for (int i = 0; i < 400; i++) {
          // A few that stay, so that the first segments have live rows for long.
          put(store, "stays-" + round + "-" + i % 7, "v".repeat(300));
          put(store, "goes-" + round + "-" + i, "v".repeat(random.nextInt(400)));
          if (i % 10 == 9) {
            store.commit(META);
          }
        }
        for (int i = 0; i < 400; i++) {
          store.delete(bytes("goes-" + round + "-" + i));
        }
        store.commit(META);
        store.compact();
      }
      Files.delete(directory.resolve("store/manifest"));
      try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
        assertThat(rows(store)).hasSize(7 * (round + 1));
        assertThat(rows(store).keySet()).allMatch(key -> key.startsWith("stays"));
      }
    }
  }

  @Test
  void tombstoneOutlivesItsSegmentAsLongAsAnOlderOneMayHaveTheRow() throws Exception {
    Path log = directory.resolve("store/log");
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      for (int i = 0; i < 6; i++) {
        put(store, "cold-" + i, "v".repeat(7_000));
      }
      put(store, "victim", "v");
      store.commit(META);
      for (int i = 0; i < 40; i++) {
        put(store, "churn", i + "v".repeat(4_000));
        if (i == 10) {
          store.delete(bytes("victim"));
        }
        store.commit(META);
      }
      store.compact();
      assertThat(log.resolve(Segment.fileName(1))).as("mostly alive").exists();
      assertThat(log.resolve(Segment.fileName(2))).as("had the tombstone").doesNotExist();
    }
    Files.delete(directory.resolve("store/manifest"));
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      assertThat(rows(store)).hasSize(7).doesNotContainKey("victim");
    }
  }

  @Test
  void spaceOfRowsThatComeAndGoIsReclaimed() {
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      put(store, "cold", "v".repeat(8_000));
      store.commit(META);
      for (int i = 0; i < 20_000; i++) {
        put(store, "queue-" + i, "v".repeat(100));
        if (i >= 50) {
          store.delete(bytes("queue-" + (i - 50)));
        }
        if (i % 50 == 0) {
          store.commit(META);
        }
        if (i % 2_000 == 0) {
          store.compact();
        }
      }
      store.commit(META);
      store.compact();
      assertThat(store.stats().rowCount()).isEqualTo(51);
      assertThat(store.stats().logBytes()).isLessThan(600_000);
      assertThat(rows(store)).hasSize(51);
      store.verify();
    }
  }

  @Test
  void copyOfAStoreIsTheSnapshotAndGoesOnFromThere() throws Exception {
    ByteArrayOutputStream exported = new ByteArrayOutputStream();
    Map<String, String> then;
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      for (int i = 0; i < 1_000; i++) {
        put(store, "k" + i, "v" + i);
      }
      store.savepoint(7);
      store.commit(bytes("exported"));
      then = rows(store);
      try (Snapshot snapshot = store.snapshot()) {
        put(store, "k1", "later");
        store.commit(bytes("later"));
        snapshot.exportTo(exported);
      }
    }
    ShardStoreConfig elsewhere = Stores.unattended(directory.resolve("elsewhere"));
    try (ShardStore copy =
        ShardStore.importFrom(
            elsewhere, Stores.IDENTITY, new ByteArrayInputStream(exported.toByteArray()))) {
      assertThat(rows(copy)).isEqualTo(then);
      assertThat(text(copy.metadata())).isEqualTo("exported");
      assertFails(Kind.SAVEPOINT_GONE, () -> copy.rollbackTo(7));
      copy.savepoint(8);
      put(copy, "k1", "own");
      copy.commit(META);
      copy.rollbackTo(8);
      copy.commit(META);
      assertThat(rows(copy)).isEqualTo(then);
    }
    try (ShardStore copy = ShardStore.open(elsewhere, Stores.IDENTITY)) {
      assertThat(rows(copy)).isEqualTo(then);
      copy.verify();
    }
    assertFails(
        Kind.NOT_EMPTY,
        () -> importFrom(elsewhere, Stores.IDENTITY, exported.toByteArray()),
        "elsewhere");
  }

  private static void importFrom(ShardStoreConfig config, String identity, byte[] stream) {
    try {
      ShardStore.importFrom(config, identity, new ByteArrayInputStream(stream)).close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void damagedCopyLeavesNothing() throws Exception {
    ByteArrayOutputStream exported = new ByteArrayOutputStream();
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      put(store, "key", "value");
      put(store, "kez", "value");
      store.commit(bytes("exported"));
      try (Snapshot snapshot = store.snapshot()) {
        snapshot.exportTo(exported);
      }
    }
    byte[] whole = exported.toByteArray();
    ShardStoreConfig elsewhere = Stores.unattended(directory.resolve("elsewhere"));
    List<byte[]> damaged = new ArrayList<>();
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 0x11;
      damaged.add(flipped);
      damaged.add(Arrays.copyOf(whole, i));
    }
    for (byte[] stream : damaged) {
      assertThatThrownBy(() -> importFrom(elsewhere, Stores.IDENTITY, stream))
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.kind()).isIn(Kind.CORRUPT, Kind.WRONG_FORMAT, Kind.WRONG_IDENTITY));
      assertThat(directory.resolve("elsewhere")).doesNotExist();
    }
    assertFails(
        Kind.WRONG_IDENTITY, () -> importFrom(elsewhere, "other/shard", whole), "other/shard");
  }

  @Test
  void importThatWasKilledCanBeDoneAgain() throws Exception {
    ByteArrayOutputStream exported = new ByteArrayOutputStream();
    try (ShardStore store = ShardStore.open(config(), Stores.IDENTITY)) {
      commits(store, 1, 3);
      try (Snapshot snapshot = store.snapshot()) {
        snapshot.exportTo(exported);
      }
    }
    ShardStoreConfig elsewhere = Stores.unattended(directory.resolve("elsewhere"));
    try (ShardStore halfWay = ShardStore.open(elsewhere, Stores.IDENTITY)) {
      put(halfWay, "other", "row");
    }
    importFrom(elsewhere, Stores.IDENTITY, exported.toByteArray());
    try (ShardStore store = ShardStore.open(elsewhere, Stores.IDENTITY)) {
      assertThat(rows(store)).containsExactly(Map.entry("row", "3"));
    }
  }
}
