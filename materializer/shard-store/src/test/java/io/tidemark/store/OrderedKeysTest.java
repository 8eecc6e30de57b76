package io.tidemark.store;

import static io.tidemark.store.KeySets.IDENTITY;
import static io.tidemark.store.KeySets.flush;
import static io.tidemark.store.KeySets.hex;
import static io.tidemark.store.KeySets.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderedKeysTest {
  @TempDir Path directory;

  private final List<Runnable> retired = new ArrayList<>();
  private OrderedKeys keys;

  @BeforeEach
  void open() throws IOException {
    keys = OrderedKeys.open(directory, IDENTITY, List.of(), retired::add);
  }

  @AfterEach
  void close() {
    keys.close();
  }

  private void reopen(List<String> runs) throws IOException {
    keys.close();
    keys = OrderedKeys.open(directory, IDENTITY, runs, retired::add);
  }

  private List<String> all() {
    return KeySets.from(keys, new byte[0]);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static TreeSet<byte[]> numbered(int from, int to) {
    TreeSet<byte[]> some = KeySets.sorted();
    for (int i = from; i < to; i++) {
      some.add(key("key " + (1_000_000 + i)));
    }
    return some;
  }

  @Test
  void nothingIsInANewIndex() throws IOException {
    assertThat(all()).isEmpty();
    assertThat(keys.freeze()).isFalse();
    keys.flushOldest();
    assertThat(keys.mergeOnce()).isFalse();
    assertThat(keys.runFiles()).isEmpty();
    assertThat(keys.diskBytes()).isZero();
    keys.verify();
    keys.force();
  }

  @Test
  void aKeyIsFoundInEveryLayer() throws IOException {
    TreeSet<byte[]> added = numbered(0, 3_000);
    added.forEach(keys::add);
    assertThat(keys.recentKeys()).isEqualTo(3_000);
    assertThat(all()).isEqualTo(hex(added));

    assertThat(keys.freeze()).isTrue();
    assertThat(keys.recentKeys()).isZero();
    assertThat(keys.frozenMaps()).isOne();
    assertThat(all()).isEqualTo(hex(added));

    keys.flushOldest();
    assertThat(keys.frozenMaps()).isZero();
    assertThat(keys.runFiles()).hasSize(1);
    assertThat(all()).isEqualTo(hex(added));

    keys.force();
    reopen(keys.runFiles());
    keys.verify();
    assertThat(all()).isEqualTo(hex(added));
    assertThat(keys.diskBytes()).isEqualTo(Files.size(directory.resolve(files().get(0))));
  }

  @Test
  void everyKeyOfARunIsASeekAway() {
    TreeSet<byte[]> added = numbered(0, 2_000);
    flush(keys, added);
    for (byte[] from : numbered(-2, 2_002)) {
      assertThat(KeySets.from(keys, from, 3))
          .isEqualTo(hex(added.tailSet(from).stream().limit(3).toList()));
    }
  }

  @Test
  void aKeyMayBeLongerThanABlock() {
    TreeSet<byte[]> added = KeySets.sorted();
    for (int i = 0; i < 20; i++) {
      byte[] key = new byte[1 + i * 3_000];
      key[i % key.length] = (byte) i;
      added.add(key);
    }
    flush(keys, added);
    keys.verify();
    assertThat(all()).isEqualTo(hex(added));
    for (byte[] key : added) {
      assertThat(KeySets.from(keys, key, 1)).containsExactly(hex(key));
    }
  }

  @Test
  void theNewestLayerSaysWhetherAKeyIsThere() {
    flush(keys, List.of(key("a"), key("b"), key("c")));
    keys.remove(key("b"));
    flush(keys);
    assertThat(all()).isEqualTo(hex(List.of(key("a"), key("c"))));
    keys.add(key("b"));
    keys.remove(key("a"));
    keys.add(key("c"));
    assertThat(all()).isEqualTo(hex(List.of(key("b"), key("c"))));
    keys.freeze();
    keys.remove(key("c"));
    keys.add(key("c"));
    assertThat(all()).isEqualTo(hex(List.of(key("b"), key("c"))));
  }

  @Test
  void removeMarkersAreWrittenOnlyWhereThereIsSomethingToHide() {
    keys.remove(key("a"));
    flush(keys);
    assertThat(keys.runFiles()).isEmpty();
    flush(keys, List.of(key("a")));
    keys.remove(key("a"));
    flush(keys);
    assertThat(keys.runFiles()).hasSize(2);
    assertThat(all()).isEmpty();
  }

  @Test
  void mergingEverythingAwayLeavesNoRun() throws IOException {
    flush(keys, List.of(key("a")));
    keys.remove(key("a"));
    flush(keys);
    assertThat(keys.mergeOnce()).isTrue();
    assertThat(keys.runFiles()).isEmpty();
    retired.forEach(Runnable::run);
    assertThat(files()).isEmpty();
  }

  @Test
  void aMergedRunStaysUntilItIsRetired() throws IOException {
    flush(keys, numbered(0, 1_000));
    flush(keys, numbered(1_000, 2_000));
    List<String> before = keys.runFiles();
    try (KeyCursor cursor = keys.cursor(new byte[0])) {
      assertThat(cursor.next()).isTrue();
      assertThat(keys.mergeOnce()).isTrue();
      assertThat(keys.runFiles()).hasSize(1).doesNotContainAnyElementsOf(before);
      assertThat(files()).hasSize(3);
      int more = 0;
      while (cursor.next()) {
        more++;
      }
      assertThat(more).isEqualTo(1_999);
    }
    retired.forEach(Runnable::run);
    assertThat(files()).isEqualTo(keys.runFiles());
    assertThat(keys.diskBytes()).isEqualTo(Files.size(directory.resolve(files().get(0))));
    assertThat(all()).isEqualTo(hex(numbered(0, 2_000)));
  }

  @Test
  void aListFromBeforeAMergeOpensWhatWasThen() throws IOException {
    flush(keys, numbered(0, 1_000));
    flush(keys, numbered(500, 1_500));
    List<String> before = keys.runFiles();
    keys.mergeOnce();
    Path unfinished = directory.resolve(RunFormat.fileName(77) + RunFormat.TEMPORARY_SUFFIX);
    Files.write(unfinished, new byte[100]);

    reopen(before);
    assertThat(files()).isEqualTo(before);
    assertThat(all()).isEqualTo(hex(numbered(0, 1_500)));

    retired.forEach(Runnable::run);
    assertThat(files()).isEqualTo(before);
    flush(keys, List.of(key("a")));
    assertThat(RunFormat.numberOf(keys.runFiles().get(2))).isGreaterThan(77);
  }

  @Test
  void aFlushThatFailsChangesNothing() throws IOException {
    keys.add(key("a"));
    keys.freeze();
    Path obstacle = directory.resolve(RunFormat.fileName(1) + RunFormat.TEMPORARY_SUFFIX);
    Files.createDirectory(obstacle);
    assertThatThrownBy(() -> keys.flushOldest()).isInstanceOf(IOException.class);
    assertThat(keys.frozenMaps()).isOne();
    assertThat(all()).containsExactly(hex(key("a")));
    Files.delete(obstacle);
    keys.flushOldest();
    assertThat(keys.frozenMaps()).isZero();
    assertThat(all()).containsExactly(hex(key("a")));
  }

  @Test
  void aQuietIndexIsMergedFurtherThanABusyOne() throws IOException {
    flush(keys, numbered(0, 20_000));
    flush(keys, numbered(20_000, 25_000));
    keys.add(key("a"));
    assertThat(keys.mergeOnce()).isFalse();
    keys.add(key("b"));
    assertThat(keys.mergeOnce()).isFalse();
    assertThat(keys.mergeOnce()).isTrue();
    assertThat(keys.runFiles()).hasSize(1);
    assertThat(keys.mergeOnce()).isFalse();
  }

  @Test
  void aCursorThatIsClosedOrAtItsEndHasNoKey() {
    flush(keys, List.of(key("a"), key("b")));
    KeyCursor cursor = keys.cursor(key("a"));
    assertThatThrownBy(cursor::key).isInstanceOf(NoSuchElementException.class);
    assertThat(cursor.next()).isTrue();
    cursor.close();
    assertThatThrownBy(cursor::key).isInstanceOf(NoSuchElementException.class);
    assertThat(cursor.next()).isFalse();
    assertThat(keys.cursor(key("c")).next()).isFalse();
  }

  @Test
  void aRunThatIsUnmappedIsNotRead() {
    flush(keys, numbered(0, 2_000));
    KeyCursor cursor = keys.cursor(new byte[0]);
    keys.close();
    assertThatThrownBy(
            () -> {
              while (cursor.next()) {}
            })
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.CLOSED));
  }
}
