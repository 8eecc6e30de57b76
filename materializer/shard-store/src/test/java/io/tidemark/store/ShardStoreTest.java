package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.put;
import static io.tidemark.store.Stores.rows;
import static io.tidemark.store.Stores.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.store.StoreException.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardStoreTest {
  private static final byte[] META = bytes("m");

  @TempDir Path directory;
  private ShardStore store;

  @BeforeEach
  void open() {
    store = Stores.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen() {
    store.close();
    open();
  }

  private static void assertFails(Kind kind, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(kind));
  }

  @Test
  void emptyStoreHasNoRowsAndNoMetadata() {
    assertThat(rows(store)).isEmpty();
    assertThat(store.metadata()).isEmpty();
    assertThat(store.stats().rowCount()).isZero();
    assertThat(store.stats().step()).isZero();
    reopen();
    assertThat(rows(store)).isEmpty();
    assertThat(store.stats().segmentCount()).isZero();
  }

  @Test
  void rowsAreInvisibleUntilTheCommitAndThenTogetherWithItsMetadata() {
    put(store, "a", "1");
    put(store, "b", "2");
    assertThat(rows(store)).isEmpty();
    assertThat(store.metadata()).isEmpty();

    store.commit(bytes("offset 7"));

    assertThat(rows(store)).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
    assertThat(text(store.metadata())).isEqualTo("offset 7");
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(text(snapshot.metadata())).isEqualTo("offset 7");
      assertThat(snapshot.step()).isEqualTo(1);
    }
  }

  @Test
  void snapshotKeepsItsCommitWhileTheWriterGoesOn() {
    put(store, "a", "1");
    store.commit(bytes("first"));
    try (Snapshot first = store.snapshot()) {
      for (int i = 0; i < 200; i++) {
        put(store, "a", "later " + i);
        put(store, "k" + i, "v".repeat(500));
        store.commit(bytes("later"));
      }
      store.rollbackTo(0);
      store.commit(META);
      assertThat(rows(first)).containsExactly(Map.entry("a", "1"));
      assertThat(text(first.metadata())).isEqualTo("first");
      assertThat(first.rowCount()).isEqualTo(1);
    }
    assertThat(rows(store)).isEmpty();
  }

  @Test
  void deletedRowIsGoneAndCanComeBack() {
    put(store, "a", "1");
    store.commit(META);
    store.delete(bytes("a"));
    store.commit(META);
    assertThat(rows(store)).isEmpty();
    assertThat(store.stats().rowCount()).isZero();
    put(store, "a", "2");
    store.commit(META);
    assertThat(rows(store)).containsExactly(Map.entry("a", "2"));
  }

  @Test
  void deletingWhatIsNotThereTakesNoSpace() {
    store.commit(META);
    long before = store.stats().diskBytes();
    for (int i = 0; i < 1_000; i++) {
      store.delete(bytes("absent" + i));
    }
    store.commit(META);
    assertThat(store.stats().diskBytes() - before).isLessThan(20_000);
  }

  @Test
  void abortDropsRowsAndSavepointsSinceTheCommit() {
    put(store, "a", "1");
    store.commit(META);
    put(store, "a", "2");
    put(store, "b", "2");
    store.savepoint(5);
    store.abort();
    put(store, "c", "3");
    store.rollbackTo(5);
    store.commit(META);
    assertThat(rows(store)).as("savepoint 5 was aborted, so 5 leads to the empty state").isEmpty();
  }

  @Test
  void rollbackLeadsToTheNewestSavepointNotAboveTheId() {
    put(store, "a", "1");
    store.savepoint(10);
    put(store, "a", "2");
    store.delete(bytes("none"));
    put(store, "b", "2");
    store.savepoint(20);
    store.commit(bytes("before"));
    store.delete(bytes("a"));
    put(store, "b", "3");
    put(store, "c", "3");
    store.savepoint(30);
    store.commit(bytes("old"));

    store.rollbackTo(29);

    assertThat(rows(store)).as("readers").containsExactly(Map.entry("b", "3"), Map.entry("c", "3"));
    assertThat(text(store.metadata())).isEqualTo("old");
    put(store, "d", "4");
    store.commit(bytes("new"));
    assertThat(rows(store))
        .containsExactly(Map.entry("a", "2"), Map.entry("b", "2"), Map.entry("d", "4"));

    store.rollbackTo(30);
    store.commit(META);
    assertThat(rows(store)).as("30 is forgotten").containsOnlyKeys("a", "b");
    store.rollbackTo(10);
    store.commit(META);
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    store.rollbackTo(9);
    store.commit(META);
    assertThat(rows(store)).isEmpty();
  }

  @Test
  void savepointHoldsRowsThatWereNotCommittedYet() {
    put(store, "a", "1");
    store.savepoint(1);
    put(store, "a", "2");
    store.commit(META);
    store.rollbackTo(1);
    store.commit(META);
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
  }

  @Test
  void rollbackIsItselfUndoneByAbort() {
    put(store, "a", "1");
    store.savepoint(1);
    put(store, "a", "2");
    store.savepoint(2);
    store.commit(META);
    store.rollbackTo(1);
    put(store, "a", "3");
    store.abort();
    put(store, "b", "4");
    store.commit(META);
    assertThat(rows(store)).containsExactly(Map.entry("a", "2"), Map.entry("b", "4"));
    store.rollbackTo(2);
    store.commit(META);
    assertThat(rows(store)).as("not through the aborted records").containsOnlyKeys("a");
    assertThat(rows(store)).containsEntry("a", "2");
  }

  @Test
  void savepointsAndVersionsSurviveReopening() {
    put(store, "a", "1");
    store.savepoint(1);
    store.commit(META);
    put(store, "a", "2");
    store.commit(META);
    reopen();
    put(store, "a", "3");
    store.commit(META);
    reopen();
    store.rollbackTo(1);
    store.commit(META);
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
  }

  @Test
  void whatWasNotCommittedIsVoidAfterReopeningForGood() {
    put(store, "a", "1");
    store.commit(META);
    put(store, "a", "void");
    put(store, "void", "void");
    store.savepoint(3);
    reopen();
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    put(store, "b", "2");
    store.commit(META);
    reopen();
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
  }

  @Test
  void prunedSavepointIsRefusedNewerOnesStillWork() {
    for (int i = 1; i <= 4; i++) {
      put(store, "a", "" + i);
      store.savepoint(i * 10);
    }
    store.pruneSavepoints(35);
    store.commit(META);
    reopen();
    assertFails(Kind.SAVEPOINT_GONE, () -> store.rollbackTo(29));
    store.rollbackTo(35);
    store.commit(META);
    assertThat(rows(store)).containsEntry("a", "3");
    store.rollbackTo(0);
    store.savepoint(1);
    store.commit(META);
    assertThat(rows(store)).isEmpty();
  }

  @Test
  void savepointIdsMustGrow() {
    store.savepoint(5);
    store.savepoint(5);
    assertThatIllegalArgumentException().isThrownBy(() -> store.savepoint(4));
    assertThatIllegalArgumentException().isThrownBy(() -> store.savepoint(0));
    assertThatIllegalArgumentException().isThrownBy(() -> store.rollbackTo(-1));
  }

  @Test
  void stepLargerThanMemoryIsStillOneStepWhicheverThreadWrites() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      put(store, "old", "1");
      store.commit(META);
      for (int i = 0; i < 500; i++) {
        int n = i;
        Runnable put = () -> put(store, "k" + n % 300, "v" + n);
        if (i % 50 < 25) {
          put.run();
        } else {
          other.submit(put).get();
        }
      }
      assertThat(rows(store)).containsOnlyKeys("old");
      other.submit(() -> store.commit(META)).get();
      assertThat(store.stats().rowCount()).isEqualTo(301);
      assertThat(rows(store)).containsEntry("k0", "v300").containsEntry("k299", "v299");

      for (int i = 0; i < 100; i++) {
        put(store, "gone" + i, "x");
      }
      other.submit(() -> store.abort()).get();
      assertThat(store.stats().rowCount()).isEqualTo(301);
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void rollbackLargerThanMemoryShowsAllAtOnce() {
    for (int i = 0; i < 100; i++) {
      put(store, "k" + i, "old");
    }
    store.savepoint(1);
    for (int i = 0; i < 200; i++) {
      put(store, "k" + i, "new");
    }
    store.commit(META);
    store.rollbackTo(1);
    put(store, "k0", "newest");
    assertThat(store.stats().rowCount()).isEqualTo(200);
    assertThat(rows(store).values()).containsOnly("new");
    store.commit(META);
    assertThat(store.stats().rowCount()).isEqualTo(100);
    assertThat(rows(store).values()).containsOnly("old", "newest");
  }

  @Test
  void callerMayReuseItsArrays() {
    byte[] key = bytes("a");
    byte[] value = bytes("1");
    store.put(key, value);
    key[0] = 'b';
    value[0] = '2';
    store.put(key, value);
    byte[] metadata = bytes("m");
    store.commit(metadata);
    metadata[0] = 'x';
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
    assertThat(text(store.metadata())).isEqualTo("m");
  }

  @Test
  void scanGoesInUnsignedOrderFromInclusiveToExclusiveUntilToldToStop() {
    byte[][] keys = {{}, {0}, {0, 0}, {1}, {0x7f}, {(byte) 0x80}, {(byte) 0xff}, {(byte) 0xff, 0}};
    for (byte[] key : keys) {
      store.put(key, key);
    }
    store.commit(META);
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(scan(snapshot, new byte[0], null, 100)).containsExactly(keys);
      assertThat(scan(snapshot, keys[2], keys[6], 100))
          .containsExactly(keys[2], keys[3], keys[4], keys[5]);
      assertThat(scan(snapshot, keys[1], null, 2)).containsExactly(keys[1], keys[2]);
      assertThat(scan(snapshot, new byte[] {2}, new byte[] {3}, 100)).isEmpty();
      byte[] longer = new byte[600];
      assertThat(scan(snapshot, longer, null, 1)).containsExactly(keys[3]);
      assertThat(snapshot.get(longer)).isNull();
      assertThat(snapshot.get(new byte[0])).isEmpty();
    }
  }

  private static List<byte[]> scan(Snapshot snapshot, byte[] from, byte[] to, int limit) {
    List<byte[]> keys = new ArrayList<>();
    snapshot.scan(
        from,
        to,
        (key, value) -> {
          assertThat(value).isEqualTo(key);
          keys.add(key);
          return keys.size() < limit;
        });
    return keys;
  }

  @Test
  void visitorMayReadFromTheSameSnapshot() {
    for (int i = 0; i < 50; i++) {
      put(store, "k" + i, "" + i);
    }
    store.commit(META);
    try (Snapshot snapshot = store.snapshot()) {
      List<String> seen = new ArrayList<>();
      snapshot.scan(
          new byte[0],
          null,
          (key, value) -> {
            assertThat(snapshot.get(key)).isEqualTo(value);
            assertThat(snapshot.rowCount()).isEqualTo(50);
            seen.add(text(key));
            return true;
          });
      assertThat(seen).hasSize(50).isSorted();
    }
  }

  @Test
  void manyKeysAtOnce() {
    put(store, "a", "1");
    put(store, "c", "3");
    store.commit(META);
    try (Snapshot snapshot = store.snapshot()) {
      List<byte[]> found = snapshot.getAll(List.of(bytes("c"), bytes("b"), bytes("a"), bytes("c")));
      assertThat(found).containsExactly(bytes("3"), null, bytes("1"), bytes("3"));
    }
  }

  @Test
  void keysAndValuesUpToTheLimitAreKeptLargerOnesRefused() {
    int limit = Stores.tiny(directory).maxRowBytes();
    byte[] longest = new byte[510];
    store.put(longest, new byte[limit - 510]);
    store.commit(new byte[limit]);
    assertFails(Kind.TOO_LARGE, () -> store.put(new byte[511], META));
    assertFails(Kind.TOO_LARGE, () -> store.delete(new byte[511]));
    assertFails(Kind.TOO_LARGE, () -> store.put(META, new byte[limit]));
    assertFails(Kind.TOO_LARGE, () -> store.commit(new byte[limit + 1]));
    store.put(META, META);
    store.commit(META);
    reopen();
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.get(longest)).hasSize(limit - 510);
      assertThat(snapshot.rowCount()).isEqualTo(2);
    }
  }

  @Test
  void closedStoreSaysSoAndOpenSnapshotsStayReadable() {
    put(store, "a", "1");
    store.commit(META);
    Snapshot snapshot = store.snapshot();
    store.close();
    store.close();
    assertFails(Kind.CLOSED, () -> put(store, "a", "2"));
    assertFails(Kind.CLOSED, () -> store.commit(META));
    assertFails(Kind.CLOSED, store::snapshot);
    assertFails(Kind.CLOSED, store::stats);
    assertThat(rows(snapshot)).containsExactly(Map.entry("a", "1"));
    assertFails(Kind.LOCKED, () -> Stores.open(directory));
    snapshot.close();
    snapshot.close();
    assertFails(Kind.CLOSED, () -> snapshot.get(META));
    assertFails(Kind.CLOSED, snapshot::metadata);
    open();
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
  }

  @Test
  void closedStoreCanBeOpenedAtOnceWhateverItsUpkeepWasDoing() {
    for (int round = 0; round < 40; round++) {
      for (int i = 0; i < 40; i++) {
        put(store, "k" + i, round + "v".repeat(2_000));
      }
      store.commit(META);
      reopen();
    }
    assertThat(store.stats().rowCount()).isEqualTo(40);
  }

  @Test
  void fullDiskStopsTheWriterNotTheReaders() {
    put(store, "a", "1");
    store.commit(META);
    store.close();
    store =
        ShardStore.open(
            Stores.tiny(directory).withDiskReserveBytes(Long.MAX_VALUE), Stores.IDENTITY);
    assertFails(Kind.NO_SPACE, () -> put(store, "a", "2"));
    assertFails(Kind.NO_SPACE, () -> store.delete(bytes("a")));
    assertFails(Kind.NO_SPACE, () -> store.commit(META));
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    store.abort();
    reopen();
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    put(store, "a", "4");
    store.commit(META);
    assertThat(rows(store)).containsExactly(Map.entry("a", "4"));
  }

  @Test
  void diskThatFillsUpInTheMiddleOfABatchLeavesNothingOfIt() {
    put(store, "a", "1");
    store.commit(META);
    store.close();
    long reserve = directory.toFile().getUsableSpace() - (8 << 20);
    store = ShardStore.open(Stores.tiny(directory).withDiskReserveBytes(reserve), Stores.IDENTITY);
    byte[] value = new byte[8_000];
    int[] done = new int[1];
    assertFails(
        Kind.NO_SPACE,
        () -> {
          for (; done[0] < 40_000; done[0]++) {
            store.put(bytes("k" + done[0] % 1_000), value);
          }
        });
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    store.abort();
    reopen();
    assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
  }

  @Test
  void interruptedWriterWritesOnAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    try {
      for (int i = 0; i < 100; i++) {
        store.put(bytes("k" + i), new byte[4_000]);
      }
      store.commit(META);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
    assertThat(store.stats().rowCount()).isEqualTo(100);
    assertThat(store.stats().segmentCount()).isGreaterThan(1);
  }

  @Test
  void tooManySnapshotsAreRefusedUntilOneIsClosed() {
    List<Snapshot> open = new ArrayList<>();
    try {
      assertFails(
          Kind.TOO_MANY_SNAPSHOTS,
          () -> {
            for (int i = 0; i < 100; i++) {
              open.add(store.snapshot());
            }
          });
      assertThat(open).hasSizeGreaterThanOrEqualTo(32);
      open.remove(0).close();
      open.add(store.snapshot());
    } finally {
      open.forEach(Snapshot::close);
    }
  }
}
