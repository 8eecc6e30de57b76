package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.put;
import static io.tidemark.store.Stores.rows;
import static io.tidemark.store.Stores.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.store.StoreException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store does about an index behind its log, a machine that went down, and bytes that changed
 * on disk.
 */
class RecoveryTest {
  @TempDir Path directory;

  /**
   * Ten commits; each sets "row" and its own key to its number, with everything in between that
   * recovery must follow.
   */
  private List<Map<String, String>> tenCommits() {
    List<Map<String, String>> states = new ArrayList<>();
    states.add(Map.of());
    try (ShardStore store = Stores.open(directory)) {
      for (int i = 1; i <= 10; i++) {
        put(store, "aborted", "" + i);
        store.abort();
        if (i == 7) {
          store.rollbackTo(5);
        }
        put(store, "row", "" + i);
        put(store, "k" + i, "v".repeat(5_000));
        store.savepoint(i);
        store.delete(bytes("k" + (i - 2)));
        if (i == 8) {
          store.pruneSavepoints(4);
        }
        store.commit(bytes("" + i));
        states.add(rows(store));
      }
      put(store, "row", "uncommitted");
      assertThat(store.stats().segmentCount()).isGreaterThan(1);
    }
    return states;
  }

  private void deleteIndex() throws IOException {
    Stores.delete(directory.resolve("index"));
  }

  /** What the directory looks like after a start of the machine, had it been left as it is now. */
  private void machineWentDown() throws IOException {
    Path session = directory.resolve("session");
    if (!Files.readString(session).startsWith("closed")) {
      Files.writeString(session, StoreDirectory.summed("another boot"));
    }
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files.filter(file -> file.toString().endsWith(Segment.SUFFIX)).sorted().toList();
    }
  }

  private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  /** Where a text stands in a file for the last time. */
  private static int find(Path file, String text) throws IOException {
    byte[] all = Files.readAllBytes(file);
    byte[] wanted = bytes(text);
    for (int at = all.length - wanted.length; at >= 0; at--) {
      if (Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError(text + " is not in " + file);
  }

  @Test
  void indexIsRebuiltFromTheLogAlone() throws Exception {
    List<Map<String, String>> states = tenCommits();
    deleteIndex();
    try (ShardStore store = Stores.open(directory)) {
      assertThat(text(store.metadata())).isEqualTo("10");
      assertThat(rows(store)).isEqualTo(states.get(10));
      assertThat(store.stats().step()).isEqualTo(10);
      assertThatThrownBy(() -> store.rollbackTo(3)).hasMessageContaining("pruned");
      store.rollbackTo(9);
      store.commit(bytes("back"));
      assertThat(rows(store)).containsEntry("row", "9").containsKeys("k7", "k8", "k9");
    }
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Three commits, of which the last one looks as if the writer had not completed it. */
  private Path tornStore(boolean killed) throws IOException {
    Path closed = directory.resolve("closed");
    Path copy = directory.resolve("killed");
    try (ShardStore store = ShardStore.open(Stores.unattended(closed), Stores.IDENTITY)) {
      for (int i = 1; i <= 3; i++) {
        put(store, "row", "" + i);
        store.commit(bytes("" + i));
      }
      Stores.copy(closed, copy);
    }
    Path torn = killed ? copy : closed;
    Stores.delete(torn.resolve("index"));
    Path file = torn.resolve("log").resolve(Segment.fileName(1));
    Segment segment = Segment.map(file, 1, 64 << 10);
    int last = 0;
    for (int at = segment.skipMetadata(0);
        segment.read(at) != null;
        at = segment.skipMetadata(segment.next(at))) {
      last = at;
    }
    segment.unmap();
    // What the queue writes last.
    overwrite(file, last, new byte[Segment.HEADER_BYTES]);
    return torn;
  }

  @Test
  void recordThatAKilledWriterHadNotCompletedIsNone() throws Exception {
    Path torn = tornStore(true);
    for (int opened = 1; opened <= 3; opened++) {
      try (ShardStore store = ShardStore.open(Stores.unattended(torn), Stores.IDENTITY)) {
        assertThat(text(store.metadata())).isEqualTo("2");
        assertThat(rows(store)).containsExactly(Map.entry("row", "2"));
      }
      Stores.delete(torn.resolve("index"));
    }
  }

  @Test
  void recordThatIsNotCompleteIsDamageBehindAClose() throws Exception {
    Path torn = tornStore(false);
    assertThatThrownBy(() -> ShardStore.open(Stores.unattended(torn), Stores.IDENTITY))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("header is damaged");
  }

  @Test
  void indexThatIsBehindCatchesUp() throws Exception {
    Path copy = directory.resolve("copy");
    Path original = directory.resolve("original");
    try (ShardStore store = Stores.open(original)) {
      put(store, "a", "1");
      put(store, "c", "1");
      store.commit(bytes("1"));
    }
    copyFiles(original.resolve("index"), copy);
    Files.copy(original.resolve("manifest"), copy.resolve("manifest"));
    try (ShardStore store = Stores.open(original)) {
      put(store, "a", "2");
      store.commit(bytes("2"));
      put(store, "b", "3");
      store.delete(bytes("c"));
      store.commit(bytes("3"));
    }
    Files.move(
        copy.resolve("manifest"),
        original.resolve("manifest"),
        StandardCopyOption.REPLACE_EXISTING);
    Stores.delete(original.resolve("index"));
    copyFiles(copy, original.resolve("index"));
    try (ShardStore store = Stores.open(original)) {
      assertThat(text(store.metadata())).isEqualTo("3");
      assertThat(rows(store)).containsExactly(Map.entry("a", "2"), Map.entry("b", "3"));
      assertThat(store.stats().rowCount()).isEqualTo(2);
    }
  }

  @Test
  void afterAPowerCutTheIndexIsNotTrusted() throws Exception {
    List<Map<String, String>> states = tenCommits();
    byte[] garbage = new byte[2_000];
    Arrays.fill(garbage, (byte) 0x5a);
    try (Stream<Path> files = Files.list(directory.resolve("index"))) {
      for (Path file : files.toList()) {
        overwrite(file, 0, garbage);
      }
    }
    machineWentDown();
    try (ShardStore store = Stores.open(directory)) {
      assertThat(rows(store)).isEqualTo(states.get(10));
    }
  }

  @Test
  void afterAPowerCutTheStoreStandsAtTheLastCommitBeforeTheDamage() throws Exception {
    List<Map<String, String>> states = tenCommits();
    List<Path> segments = segments();
    assertThat(segments).hasSizeGreaterThan(1);
    // Pages that never reached the disk read as zeros.
    int lost = find(segments.get(0), "row");
    overwrite(segments.get(0), lost & ~4_095, new byte[4_096]);
    machineWentDown();
    int at;
    try (ShardStore store = Stores.open(directory)) {
      at = Integer.parseInt(text(store.metadata()));
      assertThat(at).isBetween(1, 9);
      assertThat(rows(store)).isEqualTo(states.get(at));
      put(store, "after", "1");
      store.commit(bytes("after"));
    }
    deleteIndex();
    try (ShardStore store = Stores.open(directory)) {
      assertThat(text(store.metadata()))
          .as("nothing behind the damage comes back")
          .isEqualTo("after");
      assertThat(rows(store)).hasSize(states.get(at).size() + 1).containsEntry("after", "1");
    }
  }

  @Test
  void afterAPowerCutDamageToWhatHadBeenForcedIsRefused() throws Exception {
    try (ShardStore store = Stores.open(directory)) {
      put(store, "early", "value");
      store.commit(bytes("1"));
      store.sync();
      put(store, "later", "value");
      store.commit(bytes("2"));
    }
    Path segment = segments().get(0);
    int forced = find(segment, "earlyvalue");
    int unforced = find(segment, "latervalue");
    machineWentDown();
    overwrite(segment, unforced, bytes("X"));
    try (ShardStore store = Stores.open(directory)) {
      assertThat(rows(store)).containsExactly(Map.entry("early", "value"));
    }
    machineWentDown();
    overwrite(segment, forced, bytes("X"));
    assertThatThrownBy(() -> Stores.open(directory))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("segment 1, offset");
  }

  @Test
  void afterAPowerCutNothingBehindAHoleCounts() throws Exception {
    List<Map<String, String>> states = tenCommits();
    List<Path> segments = segments();
    assertThat(segments).hasSizeGreaterThan(1);
    // From the start of a record on, so that the hole looks as if nothing had ever been written
    // there.
    int hole = find(segments.get(0), "row") - LogRecord.FIXED_BYTES - Segment.HEADER_BYTES;
    overwrite(segments.get(0), hole, new byte[(64 << 10) - hole]);
    machineWentDown();
    try (ShardStore store = Stores.open(directory)) {
      int at = Integer.parseInt(text(store.metadata()));
      assertThat(at).isBetween(1, 9);
      assertThat(rows(store)).isEqualTo(states.get(at));
    }
  }

  @Test
  void everyChangedByteOfARecordIsFoundNamedAndNeverServed() throws Exception {
    try (ShardStore store = Stores.open(directory)) {
      put(store, "key of the row", "value of the row");
      put(store, "other", "fine");
      store.commit(bytes("m"));
    }
    Path segment = segments().get(0);
    int start = find(segment, "key of the row") - LogRecord.FIXED_BYTES;
    int length = LogRecord.FIXED_BYTES + "key of the rowvalue of the row".length();
    byte[] original = Arrays.copyOfRange(Files.readAllBytes(segment), start, start + length);
    try (ShardStore store = Stores.open(directory);
        Snapshot snapshot = store.snapshot()) {
      for (int i = 0; i < length; i++) {
        overwrite(segment, start + i, new byte[] {(byte) (original[i] ^ 0x10)});
        assertThatThrownBy(() -> snapshot.get(bytes("key of the row")))
            .as("byte %s", i)
            .isInstanceOfSatisfying(
                StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
            .hasMessageContainingAll(
                Stores.IDENTITY, "segment 1", "offset " + (start - 4), segment.toString());
        assertThatThrownBy(() -> rows(snapshot)).isInstanceOf(StoreException.class);
        assertThat(text(snapshot.get(bytes("other")))).isEqualTo("fine");
        overwrite(segment, start + i, new byte[] {original[i]});
      }
      assertThat(text(snapshot.get(bytes("key of the row")))).isEqualTo("value of the row");
    }
  }

  @Test
  void damageInTheLogIsRefusedWhenNoPowerCutExplainsIt() throws Exception {
    tenCommits();
    Path segment = segments().get(0);
    overwrite(segment, find(segment, "row"), bytes("Row"));
    deleteIndex();
    assertThatThrownBy(() -> Stores.open(directory))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContainingAll(Stores.IDENTITY, "segment 1, offset");
  }

  @Test
  void missingSegmentIsNamed() throws Exception {
    tenCommits();
    List<Path> segments = segments();
    Files.delete(segments.get(segments.size() - 1));
    assertThatThrownBy(() -> Stores.open(directory))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("the segment is missing");
  }

  @Test
  void segmentThatWasBeingCreatedIsNoSegment() throws Exception {
    List<Map<String, String>> states = tenCommits();
    Path torn = directory.resolve("log").resolve(Segment.fileName(segments().size() + 1));
    Files.write(torn, new byte[100_000]);
    try (ShardStore store = Stores.open(directory)) {
      assertThat(rows(store)).isEqualTo(states.get(10));
      put(store, "after", "1");
      store.commit(bytes("after"));
    }
    try (ShardStore store = Stores.open(directory)) {
      assertThat(rows(store)).containsEntry("after", "1");
    }
  }

  @Test
  void afterAPowerCutThatTookASegmentTheStoreStandsBeforeIt() throws Exception {
    List<Map<String, String>> states = tenCommits();
    List<Path> segments = segments();
    assertThat(segments).hasSizeGreaterThan(1);
    overwrite(segments.get(0), 0, new byte[4_096]);
    machineWentDown();
    try (ShardStore store = Stores.open(directory)) {
      assertThat(store.metadata()).isEmpty();
      assertThat(rows(store)).isEqualTo(states.get(0));
    }
  }

  @Test
  void segmentMissingInTheMiddleIsNamed() throws Exception {
    tenCommits();
    Files.delete(segments().get(0));
    assertThatThrownBy(() -> Stores.open(directory))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("segment 1,");
  }

  @Test
  void indexThatNamesTheWrongRecordIsFoundOut() throws Exception {
    try (ShardStore store = Stores.open(directory)) {
      put(store, "a", "1");
      put(store, "b", "2");
      store.delete(bytes("b"));
      store.commit(bytes("m"));
    }
    Path file;
    try (Stream<Path> files = Files.list(directory.resolve("index"))) {
      file = files.filter(each -> each.toString().endsWith(".tdi")).findFirst().orElseThrow();
    }
    PointTable table = PointTable.open(file);
    assertThat(table).isNotNull();
    long a = PointIndex.hash(bytes("a"));
    long b = PointIndex.hash(bytes("b"));
    int placeOfA = placeOf(table, a);
    long address = PointTable.address(table.slot(placeOfA));
    table.set(placeOf(table, b), PointTable.slot(b, Address.of(1, 64)));
    table.set(placeOfA, PointTable.slot(a, Address.of(7, 64)));
    assertThat(address).isNotZero();
    table.unmap();
    try (ShardStore store = Stores.open(directory);
        Snapshot snapshot = store.snapshot()) {
      for (String key : List.of("a", "b")) {
        assertThatThrownBy(() -> snapshot.get(bytes(key)))
            .isInstanceOfSatisfying(
                StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
      }
    }
  }

  private static int placeOf(PointTable table, long hash) {
    int place = table.first(hash);
    while (!PointTable.mayBe(table.slot(place), hash)) {
      place = table.next(place);
    }
    return place;
  }

  @Test
  void wholeRecordInTheWrongPlaceIsNoRecord() {
    byte[] key = bytes("key");
    byte[] value = bytes("value");
    LogRecord.Encoder encoder = new LogRecord.Encoder();
    encoder.fixedPart(64, LogRecord.Kind.PUT, LogRecord.NEW_ROW, 16, 32, 9, key, value);
    byte[] bytes = new byte[LogRecord.FIXED_BYTES + key.length + value.length];
    ByteBuffer.wrap(bytes)
        .put(encoder.scratch(), LogRecord.Encoder.START, LogRecord.FIXED_BYTES)
        .put(key)
        .put(value);

    byte[] longer = Arrays.copyOf(bytes, bytes.length + 4);
    assertThat(LogRecord.decode(64, longer)).as("of a document that hides the next").isNull();
    LogRecord record = LogRecord.decode(64, bytes);
    assertThat(record).isNotNull();
    assertThat(record.kind()).isEqualTo(LogRecord.Kind.PUT);
    assertThat(record.previous()).isEqualTo(16);
    assertThat(record.back()).isEqualTo(32);
    assertThat(record.step()).isEqualTo(9);
    assertThat(text(record.key())).isEqualTo("key");
    assertThat(text(record.value())).isEqualTo("value");
    assertThat(LogRecord.decode(65, bytes)).isNull();
  }

  @Test
  void afterASyncAndACloseTheIndexIsTrustedWhateverTheMachineDid() throws Exception {
    try (ShardStore store = Stores.open(directory)) {
      put(store, "a", "1");
      store.commit(bytes("m"));
      store.sync();
    }
    machineWentDown();
    Path points = directory.resolve("index/points-1.tdi");
    Path link = Files.createLink(directory.resolve("link"), points);
    try (ShardStore store = Stores.open(directory)) {
      assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
      assertThat(Files.isSameFile(points, link)).as("not rebuilt").isTrue();
    }
    machineWentDown();
    try (ShardStore store = Stores.open(directory)) {
      assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
      assertThat(Files.isSameFile(points, link)).as("rebuilt, nobody called sync").isFalse();
    }
  }
}
