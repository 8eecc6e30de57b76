package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import io.tidemark.log.changelog.ChangelogRecord;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.log.changelog.ShardFollower;
import io.tidemark.schemas.control.CheckpointMark;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.Progress;
import io.tidemark.store.ShardStore;
import io.tidemark.store.ShardStoreConfig;
import io.tidemark.store.Snapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state machine over a real store, fed by hand; record i of a test lies at offset i. */
class ReplicaTest {
  @TempDir Path directory;

  private ShardStore store;
  private Replica replica;
  private long offset;

  @BeforeEach
  void open() {
    store =
        ShardStore.open(
            ShardStoreConfig.of(directory.resolve("shard"))
                .withSegmentBytes(1 << 20)
                .withDiskReserveBytes(0),
            "test");
    replica = new Replica("test", store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen() {
    close();
    open();
    offset = replica.nextOffset();
  }

  @Test
  void rowsAreSeenOnlyAtTheNextProgressAndAllAtOnce() {
    long epoch = begin(1, 0, at(0));
    row(epoch, "a", "1");
    row(epoch, "b", "1");
    assertThat(read("a")).isNull();
    progress(epoch, at(5));
    row(epoch, "a", "2");
    assertThat(read("a")).isEqualTo("1");
    row(epoch, "b", null);
    assertThat(read("b")).isEqualTo("1");
    progress(epoch, at(7));
    assertThat(read("a")).isEqualTo("2");
    assertThat(read("b")).isNull();
    assertThat(replica.visible().frontier()).isEqualTo(at(7));
    assertThat(replica.visible().nextOffset()).isEqualTo(offset);
  }

  @Test
  void ofSeveralProgressesInOneBatchOnlyTheLastIsShownAndRowsBehindItAreNot() {
    long epoch = begin(1, 0, at(0));
    List<Replica.Entry> batch = new ArrayList<>();
    batch.add(entry(rowOf(epoch, "a", "1")));
    batch.add(entry(reached(epoch, at(1))));
    batch.add(entry(rowOf(epoch, "a", "2")));
    batch.add(entry(reached(epoch, at(2))));
    batch.add(entry(rowOf(epoch, "a", "3")));
    replica.apply(batch);
    assertThat(read("a")).isEqualTo("2");
    assertThat(replica.visible().frontier()).isEqualTo(at(2));
    assertThat(replica.visible().nextOffset()).isEqualTo(offset - 1);
  }

  @Test
  void aProgressOfAnotherEpochDoesNotOvertake() {
    long old = begin(1, 0, at(0));
    long epoch = begin(1, 0, at(0));
    List<Replica.Entry> batch = new ArrayList<>();
    batch.add(entry(rowOf(epoch, "a", "1")));
    batch.add(entry(reached(epoch, at(1))));
    batch.add(entry(reached(old, at(9))));
    replica.apply(batch);
    assertThat(read("a")).isEqualTo("1");
    assertThat(replica.visible().frontier()).isEqualTo(at(1));
  }

  @Test
  void aProgressBehindANewEpochDoesNotOvertake() {
    long old = begin(1, 0, at(0));
    List<Replica.Entry> batch = new ArrayList<>();
    batch.add(entry(rowOf(old, "a", "1")));
    batch.add(entry(reached(old, at(1))));
    batch.add(entry(new ChangelogRecord.Epoch(offset, new EpochStart(1L, 0L, List.of()), at(5))));
    batch.add(entry(reached(old, at(9))));
    replica.apply(batch);
    assertThat(read("a")).isEqualTo("1");
    assertThat(replica.visible().frontier()).isEqualTo(at(1));
  }

  @Test
  void recordsOfAFencedEpochAreDropped() {
    long old = begin(1, 0, at(0));
    row(old, "a", "1");
    progress(old, at(1));
    long epoch = begin(1, 0, at(1));
    row(old, "a", "zombie");
    row(epoch, "a", "2");
    mark(old, 8);
    progress(old, at(9));
    assertThat(read("a")).isEqualTo("1");
    progress(epoch, at(2));
    assertThat(read("a")).isEqualTo("2");
    assertThat(replica.visible().frontier()).isEqualTo(at(2));
    // The zombie's mark named no state: going back to it is going back to nothing.
    long next = begin(1, 8, at(2));
    progress(next, at(2));
    assertThat(read("a")).isNull();
  }

  @Test
  void anOlderJobIsRefused() {
    long epoch = begin(2, 5, at(0));
    row(epoch, "a", "1");
    progress(epoch, at(1));
    long older = begin(1, 9, at(0));
    row(older, "a", "older");
    progress(older, at(5));
    long earlier = begin(2, 4, at(0));
    row(earlier, "a", "earlier");
    progress(earlier, at(6));
    row(epoch, "b", "2");
    progress(epoch, at(2));
    assertThat(read("a")).isEqualTo("1");
    assertThat(read("b")).isEqualTo("2");
    assertThat(replica.visible().frontier()).isEqualTo(at(2));
  }

  @Test
  void aNewEpochGoesBackToItsCheckpointAndIsSeenOnlyAtItsTarget() {
    long first = begin(1, 0, at(0));
    row(first, "a", "1");
    mark(first, 3);
    progress(first, at(1));
    row(first, "a", "lost");
    row(first, "b", "lost");
    mark(first, 4);
    progress(first, at(4));

    long second = begin(1, 3, at(6));
    row(second, "c", "again");
    progress(second, at(5));
    assertThat(read("a")).isEqualTo("lost");
    assertThat(read("c")).isNull();
    assertThat(replica.visible().frontier()).isEqualTo(at(4));
    assertThat(replica.shadow()).isTrue();

    progress(second, at(6));
    assertThat(read("a")).isEqualTo("1");
    assertThat(read("b")).isNull();
    assertThat(read("c")).isEqualTo("again");
    assertThat(replica.shadow()).isFalse();
  }

  @Test
  void aNewEpochIsNotSeenBeforeItCoversWhatReadersHaveSeen() {
    long first = begin(1, 0, at(0));
    row(first, "a", "1");
    progress(first, at(10));
    // The ends may have been looked up by a writer that was slower than the one before it.
    long second = begin(1, 0, at(4));
    row(second, "a", "2");
    progress(second, at(5));
    assertThat(read("a")).isEqualTo("1");
    assertThat(replica.visible().frontier()).isEqualTo(at(10));
    progress(second, at(10));
    assertThat(read("a")).isEqualTo("2");
  }

  @Test
  void theFrontierNeverMovesBack() {
    long epoch = begin(1, 0, at(0));
    progress(epoch, Position.of("a", 0, 9).merge(Position.of("b", 0, 2)));
    progress(epoch, Position.of("a", 0, 7).merge(Position.of("b", 0, 4)));
    assertThat(replica.visible().frontier())
        .isEqualTo(Position.of("a", 0, 9).merge(Position.of("b", 0, 4)));
    assertThat(replica.visible().exact()).isFalse();
  }

  @Test
  void theFirstBuildIsSeenWhileItGrowsButCalledBuilding() {
    long epoch = begin(1, 0, at(10));
    assertThat(replica.visible().building()).isTrue();
    row(epoch, "a", "1");
    progress(epoch, at(3));
    assertThat(read("a")).isEqualTo("1");
    assertThat(replica.visible().building()).isTrue();
    progress(epoch, at(10));
    assertThat(replica.visible().building()).isFalse();
  }

  @Test
  void aRestartGoesOnBehindTheLastCommit() {
    long epoch = begin(1, 0, at(0));
    row(epoch, "a", "1");
    mark(epoch, 1);
    progress(epoch, at(1));
    ReplicaState before = replica.visible();
    row(epoch, "a", "pending");
    reopen();
    assertThat(replica.visible()).isEqualTo(before);
    assertThat(replica.nextOffset()).isEqualTo(before.nextOffset());
    assertThat(read("a")).isEqualTo("1");
    row(epoch, "a", "2");
    progress(epoch, at(2));
    assertThat(read("a")).isEqualTo("2");
    long next = begin(1, 1, at(2));
    progress(next, at(2));
    assertThat(read("a")).isEqualTo("1");
  }

  @Test
  void aRestartInTheShadowBuildsTheShadowAgain() {
    long first = begin(1, 0, at(0));
    row(first, "a", "1");
    mark(first, 1);
    row(first, "a", "2");
    progress(first, at(5));
    long again = offset;
    long second = begin(1, 1, at(9));
    row(second, "b", "new");
    progress(second, at(7));
    reopen();
    assertThat(replica.nextOffset()).isEqualTo(again);
    assertThat(read("a")).isEqualTo("2");
    assertThat(read("b")).isNull();
    assertThat(begin(1, 1, at(9))).isEqualTo(second);
    row(second, "b", "new");
    progress(second, at(7));
    assertThat(read("a")).isEqualTo("2");
    progress(second, at(9));
    assertThat(read("a")).isEqualTo("1");
    assertThat(read("b")).isEqualTo("new");
  }

  @Test
  void anEpochMayBeReplacedBeforeItWasEverSeen() {
    long first = begin(1, 0, at(0));
    row(first, "a", "1");
    mark(first, 1);
    progress(first, at(5));
    long second = begin(1, 1, at(9));
    row(second, "a", "second");
    mark(second, 2);
    row(second, "b", "second");
    long third = begin(1, 2, at(9));
    row(third, "c", "third");
    progress(third, at(9));
    assertThat(read("a")).isEqualTo("second");
    assertThat(read("b")).isNull();
    assertThat(read("c")).isEqualTo("third");
  }

  @Test
  void aTargetThatEndsInAGapIsLowered() {
    long first = begin(1, 0, at(0));
    progress(first, at(5));
    long second = begin(1, 0, at(8));
    row(second, "a", "1");
    progress(second, at(6));
    assertThat(read("a")).isNull();
    ShardFollower.Missing missing = replica.missing();
    assertThat(missing).isEqualTo(new ShardFollower.Missing(second, at(6), at(8)));
    replica.lowerTarget(missing, at(6));
    assertThat(read("a")).isEqualTo("1");
    assertThat(replica.missing()).isNull();
  }

  @Test
  void aLoweredTargetDoesNotShowHalfATick() {
    long first = begin(1, 0, at(0));
    progress(first, at(5));
    long second = begin(1, 0, at(8));
    progress(second, at(6));
    ShardFollower.Missing missing = replica.missing();
    row(second, "a", "1");
    replica.lowerTarget(missing, at(6));
    assertThat(read("a")).isNull();
    assertThat(replica.visible().epoch()).isEqualTo(first);
    progress(second, at(6));
    assertThat(read("a")).isEqualTo("1");
  }

  @Test
  void anEpochThatHasLostARowIsNotSeenAnyFurther() {
    long epoch = begin(1, 0, at(0));
    row(epoch, "a", "1");
    apply(reached(epoch, at(1), 1));
    mark(epoch, 1);
    row(epoch, "a", "2");
    apply(reached(epoch, at(3), 3));
    assertThat(read("a")).isEqualTo("1");
    assertThat(replica.visible().frontier()).isEqualTo(at(1));
    row(epoch, "a", "3");
    row(epoch, "b", "3");
    apply(reached(epoch, at(5), 4));
    assertThat(read("b")).isNull();
    assertThat(replica.missing()).isNull();
    long next = begin(1, 1, at(0));
    row(next, "a", "2");
    row(next, "b", "2");
    apply(reached(next, at(3), 2));
    assertThat(read("a")).isEqualTo("2");
    assertThat(read("b")).isEqualTo("2");
    assertThat(replica.visible().frontier()).isEqualTo(at(3));
  }

  @Test
  void rowsAreCountedAcrossARestartAndThoseOfOthersAreNot() {
    long zombie = begin(1, 0, at(0));
    long epoch = begin(1, 0, at(0));
    row(zombie, "a", "9");
    row(epoch, "a", "1");
    row(epoch, "b", "1");
    apply(reached(epoch, at(2), 2));
    row(epoch, "a", "2");
    reopen();
    row(epoch, "a", "2");
    row(zombie, "a", "9");
    apply(reached(epoch, at(3), 3));
    assertThat(read("a")).isEqualTo("2");
    row(epoch, "a", "3");
    replica.abort();
    offset = replica.nextOffset();
    row(epoch, "a", "3");
    apply(reached(epoch, at(4), 4));
    assertThat(read("a")).isEqualTo("3");
  }

  @Test
  void metadataSurviveTheirBytes() {
    ReplicaState state =
        new ReplicaState(77, 12, new EpochStart(3L, 9L, List.of()), at(100), at(90), true, 42, 7);
    assertThat(ReplicaState.fromBytes(state.toBytes())).isEqualTo(state);
  }

  // ---- records

  private static Position at(long offset) {
    return Position.of("log", 0, offset);
  }

  private Replica.Entry entry(ChangelogRecord record) {
    return new Replica.Entry(offset++, record);
  }

  private void apply(ChangelogRecord record) {
    replica.apply(List.of(entry(record)));
  }

  private long begin(long generation, long checkpoint, Position target) {
    long epoch = offset;
    apply(
        new ChangelogRecord.Epoch(
            epoch, new EpochStart(generation, checkpoint, target.toRecords()), target));
    return epoch;
  }

  private static ChangelogRecord rowOf(long epoch, String key, @Nullable String value) {
    return new ChangelogRecord.Row(epoch, bytes(key), value == null ? null : bytes(value));
  }

  private void row(long epoch, String key, @Nullable String value) {
    apply(rowOf(epoch, key, value));
  }

  private static ChangelogRecord reached(long epoch, Position position) {
    return reached(epoch, position, ReplicaState.NOT_COUNTED);
  }

  private static ChangelogRecord reached(long epoch, Position position, long rows) {
    return new ChangelogRecord.Reached(
        epoch, new Progress(position.toRecords(), true, 0L, rows), position);
  }

  private void progress(long epoch, Position position) {
    apply(reached(epoch, position));
  }

  private void mark(long epoch, long checkpoint) {
    apply(new ChangelogRecord.Mark(epoch, new CheckpointMark(checkpoint, 0L)));
  }

  private @Nullable String read(String key) {
    try (Snapshot snapshot = store.snapshot()) {
      byte[] value = snapshot.get(bytes(key));
      return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
