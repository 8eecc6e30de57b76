package io.tidemark.store;

import static io.tidemark.store.KeySets.IDENTITY;
import static io.tidemark.store.KeySets.hex;
import static io.tidemark.store.KeySets.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the bytes of a run: what is shown of it is right, or it is an error. */
class OrderedKeysDamageTest {
  @TempDir Path directory;

  private final TreeSet<byte[]> added = KeySets.sorted();
  private List<String> runs = List.of();
  private Path file;
  private byte[] whole;

  /** Two runs, so that a damaged remove marker would show. The newer one is damaged. */
  @BeforeEach
  void writeRuns() throws IOException {
    try (OrderedKeys keys = open()) {
      for (int i = 0; i < 500; i++) {
        added.add(scattered(i * 7));
      }
      KeySets.flush(keys, List.copyOf(added));
      for (int i = 0; i < 500; i++) {
        byte[] key = scattered(i * 5);
        if (i % 3 == 0) {
          keys.remove(key);
          added.remove(key);
        } else {
          keys.add(key);
          added.add(key);
        }
      }
      KeySets.flush(keys);
      runs = keys.runFiles();
    }
    file = directory.resolve(runs.get(1));
    whole = Files.readAllBytes(file);
    assertThat(whole.length).isGreaterThan(2 * RunFormat.BLOCK_BYTES);
  }

  private static byte[] scattered(int i) {
    return key(String.format("%016x", i * 0x9E37_79B9_7F4A_7C15L));
  }

  private OrderedKeys open() throws IOException {
    return OrderedKeys.open(directory, IDENTITY, runs, Runnable::run);
  }

  private void replaceBy(byte[] bytes) throws IOException {
    // Another file under the same name: what is still mapped stays as it is.
    Path other = directory.resolve("other");
    Files.write(other, bytes);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private void assertCorrupt(StoreException e, String where) {
    assertThat(e.kind()).as(where).isEqualTo(StoreException.Kind.CORRUPT);
    assertThat(e)
        .hasMessageContaining(IDENTITY)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("offset")
        .hasMessageContaining("Delete the shard's directory");
  }

  @Test
  void everyFlippedByteIsFound() throws IOException {
    List<String> expected = hex(added);
    for (int at = 0; at < whole.length; at++) {
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) (at % 2 == 0 ? 1 << at / 2 % 8 : 0xFF);
      replaceBy(flipped);
      String where = "byte " + at;
      try (OrderedKeys keys = open()) {
        List<String> shown = new ArrayList<>();
        try (KeyCursor cursor = keys.cursor(new byte[0])) {
          while (cursor.next()) {
            shown.add(hex(cursor.key()));
          }
        } catch (StoreException e) {
          assertCorrupt(e, where);
        }
        assertThat(shown).as(where).isEqualTo(expected.subList(0, shown.size()));
        assertThat(shown.size()).as(where).isLessThan(expected.size());
        assertThatThrownBy(keys::verify)
            .as(where)
            .isInstanceOfSatisfying(StoreException.class, e -> assertCorrupt(e, where));
        assertThatThrownBy(keys::mergeOnce)
            .as(where)
            .isInstanceOfSatisfying(StoreException.class, e -> assertCorrupt(e, where));
        assertThat(keys.runFiles()).isEqualTo(runs);
      } catch (StoreException e) {
        assertCorrupt(e, where);
      }
    }
  }

  @Test
  void everyCutIsFound() throws IOException {
    for (int length = 0; length < whole.length; length++) {
      replaceBy(Arrays.copyOf(whole, length));
      String where = "cut at " + length;
      assertThatThrownBy(this::open)
          .as(where)
          .isInstanceOfSatisfying(StoreException.class, e -> assertCorrupt(e, where));
    }
    replaceBy(Arrays.copyOf(whole, whole.length + 1));
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(StoreException.class, e -> assertCorrupt(e, "longer"));
  }

  @Test
  void aMissingRunIsFound() throws IOException {
    Files.delete(file);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(StoreException.class, e -> assertCorrupt(e, "missing"));
  }

  @Test
  void aRunUnderTheNameOfAnotherIsFound() throws IOException {
    replaceBy(Files.readAllBytes(directory.resolve(runs.get(0))));
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(StoreException.class, e -> assertCorrupt(e, "renamed"));
  }

  @Test
  void aBlockInThePlaceOfAnotherIsFound() throws IOException {
    try (OrderedKeys keys = open()) {
      for (int i = 0; i < 20_000; i++) {
        keys.add(scattered(-i));
      }
      KeySets.flush(keys);
      runs = keys.runFiles();
    }
    file = directory.resolve(runs.get(2));
    byte[] moved = Files.readAllBytes(file);
    KeyRun run = KeyRun.open(file, IDENTITY);
    BlockIndex index = run.index();
    int other = 1;
    while (index.length(other) != index.length(0)) {
      other++;
    }
    System.arraycopy(moved, index.position(0), moved, index.position(other), index.length(0));
    run.unmap();
    replaceBy(moved);
    try (OrderedKeys keys = open()) {
      assertThatThrownBy(() -> KeySets.from(keys, new byte[0]))
          .isInstanceOfSatisfying(StoreException.class, e -> assertCorrupt(e, "moved"))
          .hasMessageContaining("no whole block there");
      assertThatThrownBy(keys::verify)
          .isInstanceOfSatisfying(StoreException.class, e -> assertCorrupt(e, "moved"));
    }
  }

  @Test
  void aNameThatIsNoRunsIsRefused() {
    runs = List.of("../" + runs.get(0));
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.CORRUPT));
    assertThat(file).exists();
  }

  @Test
  void anotherShardsRunIsRefused() {
    assertThatThrownBy(() -> OrderedKeys.open(directory, "orders-8", runs, Runnable::run))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.WRONG_IDENTITY))
        .hasMessageContaining("orders-7")
        .hasMessageContaining("orders-8");
  }

  @Test
  void aRunOfANewerVersionIsRefused() throws IOException {
    byte[] newer = whole.clone();
    LittleEndian.putInt(newer, RunFormat.VERSION_AT, StoreDirectory.FORMAT_VERSION + 1);
    int length = LittleEndian.getInt(newer, RunFormat.HEADER_LENGTH_AT);
    LittleEndian.putInt(
        newer,
        length - RunFormat.CRC_BYTES,
        RunFormat.headerChecksum(Arrays.copyOf(newer, length)));
    replaceBy(newer);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.WRONG_FORMAT))
        .hasMessageContaining("Upgrade");
    assertThat(file).exists();
  }
}
