package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.put;
import static io.tidemark.store.Stores.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.tidemark.store.StoreException.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes that change on disk, anywhere, and files that are cut: found and named, or without effect;
 * never served. More of it: {@code -Dtidemark.store.damages=10000}; another story: {@code
 * -Dtidemark.store.seed=17}.
 */
class DamageTest {
  private static final int COMMITS = 60;
  private static final int KEYS = 150;
  private static final Set<Kind> EXPECTED =
      EnumSet.of(Kind.CORRUPT, Kind.WRONG_FORMAT, Kind.WRONG_IDENTITY);

  @TempDir Path directory;

  private final long seed = Long.getLong("tidemark.store.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final int damages = Integer.getInteger("tidemark.store.damages", 300);

  /** Each commit's rows, by number. */
  private final List<TreeMap<String, String>> history = new ArrayList<>(List.of(new TreeMap<>()));

  private Path closed;
  private Path killed;

  private static ShardStoreConfig config(Path where) {
    return Stores.unattended(where).withRetention(Duration.ofHours(1));
  }

  /** A store with several segments, some compacted, in both the states that it may be left in. */
  @BeforeEach
  void makeStores() throws IOException {
    closed = directory.resolve("closed");
    killed = directory.resolve("killed");
    TreeMap<String, String> rows = new TreeMap<>();
    try (ShardStore store = ShardStore.open(config(closed), Stores.IDENTITY)) {
      for (int step = 1; step <= COMMITS; step++) {
        for (int i = 0; i < 40; i++) {
          String key = "key-" + random.nextInt(KEYS);
          if (random.nextInt(5) == 0) {
            store.delete(bytes(key));
            rows.remove(key);
          } else {
            String value = step + "-" + "v".repeat(random.nextInt(200));
            put(store, key, value);
            rows.put(key, value);
          }
        }
        store.commit(bytes("" + step));
        history.add(new TreeMap<>(rows));
        if (step % 20 == 0) {
          store.compact();
        }
      }
      put(store, "key-1", "uncommitted");
      Stores.copy(closed, killed);
    }
  }

  private static List<Path> files(Path top) throws IOException {
    try (Stream<Path> files = Files.walk(top)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toFile().length() > 0)
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    }
  }

  private Path copyOf(Path original) throws IOException {
    Path copy = directory.resolve("copy");
    if (Files.exists(copy)) {
      Stores.delete(copy);
    }
    Stores.copy(original, copy);
    return copy;
  }

  /** Reads all there is, old and new; what is read must be right. Whether damage was found. */
  private boolean readAll(Path where, String what) {
    try (ShardStore store = ShardStore.open(config(where), Stores.IDENTITY)) {
      assertThat(text(store.metadata())).as(what).isEqualTo("" + COMMITS);
      boolean found = false;
      for (int step : List.of(COMMITS, COMMITS - 1, COMMITS - 17)) {
        found |= read(store, step, what);
      }
      try {
        store.verify();
      } catch (StoreException e) {
        found |= isNamed(e, where, what);
      }
      return found;
    } catch (StoreException e) {
      return isNamed(e, where, what);
    }
  }

  private boolean isNamed(StoreException e, Path where, String what) {
    assertThat(EXPECTED).as(what).contains(e.kind());
    assertThat(e).as(what).message().containsAnyOf(Stores.IDENTITY, where.toString());
    return true;
  }

  private boolean read(ShardStore store, int step, String what) {
    TreeMap<String, String> rows = history.get(step);
    boolean found = false;
    Snapshot snapshot;
    try {
      snapshot = store.snapshotAt(step);
    } catch (StoreException e) {
      // Without its manifest a store does not promise old versions.
      if (e.kind() == Kind.VERSION_GONE && step < COMMITS) {
        return true;
      }
      return isNamed(e, directory, what);
    }
    try (snapshot) {
      for (int i = 0; i < KEYS; i++) {
        String key = "key-" + i;
        try {
          byte[] value = snapshot.get(bytes(key));
          assertThat(value == null ? null : text(value)).as(what).isEqualTo(rows.get(key));
        } catch (StoreException e) {
          found |= isNamed(e, directory, what);
        }
      }
      try {
        assertThat(Stores.rows(snapshot)).as(what).isEqualTo(rows);
      } catch (StoreException e) {
        found |= isNamed(e, directory, what);
      }
    }
    return found;
  }

  private static int flip(Path file, long at, int bits) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int before = bytes.read();
      bytes.seek(at);
      bytes.write(before ^ bits);
      return before;
    }
  }

  @Test
  void aFlippedByteIsFoundOrHasNoEffect() throws Exception {
    int found = 0;
    for (int i = 0; i < damages; i++) {
      Path copy = copyOf(i % 2 == 0 ? closed : killed);
      List<Path> files = files(copy);
      Path file = files.get(random.nextInt(files.size()));
      long at = randomPlace(file);
      int bits = 1 + random.nextInt(255);
      int before = flip(file, at, bits);
      String what =
          "seed %d, damage %d: %s, byte %d, %02x instead of %02x"
              .formatted(seed, i, directory.relativize(file), at, before ^ bits, before);
      found += readAll(copy, what) ? 1 : 0;
    }
    assertThat(found).as("seed %s", seed).isGreaterThan(damages / 4);
  }

  /** Files are sparse: most damages should hit what has been written. */
  private long randomPlace(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    for (int i = 0; i < 10_000; i++) {
      int at = random.nextInt(all.length);
      if (all[at] != 0) {
        return at;
      }
    }
    return random.nextInt(all.length);
  }

  @Test
  void aFlippedByteOfARecordIsAlwaysFound() throws Exception {
    for (int i = 0; i < damages / 4; i++) {
      Path copy = copyOf(i % 2 == 0 ? closed : killed);
      List<Path> segments = files(copy.resolve("log"));
      Path file = segments.get(random.nextInt(segments.size()));
      int number = Segment.numberOf(file.getFileName().toString());
      if (number < 0) {
        continue;
      }
      List<Integer> records = new ArrayList<>();
      Segment segment = Segment.map(file, number, 64 << 10);
      for (int at = segment.skipMetadata(0);
          segment.read(at) != null;
          at = segment.skipMetadata(segment.next(at))) {
        records.add(at);
      }
      if (i % 2 == 1 && file == segments.get(segments.size() - 1)) {
        // With a zero in its header it would be the one that the writer was appending.
        records.remove(records.size() - 1);
      }
      int record = records.get(random.nextInt(records.size()));
      int size = Segment.HEADER_BYTES + segment.read(record).sizeInLog() - 8;
      segment.unmap();
      long at = record + random.nextInt(size);
      flip(file, at, 1 + random.nextInt(255));
      String what =
          "seed %d, damage %d: %s, byte %d of record at %d"
              .formatted(seed, i, directory.relativize(file), at - record, record);
      if (!readAll(copy, what)) {
        fail("Not found: " + what);
      }
    }
  }

  @Test
  void aCutSegmentIsAlwaysFound() throws Exception {
    for (int i = 0; i < damages / 4; i++) {
      Path copy = copyOf(random.nextBoolean() ? killed : closed);
      List<Path> segments =
          files(copy.resolve("log")).stream()
              .filter(file -> Segment.numberOf(file.getFileName().toString()) > 0)
              .toList();
      Path cut = segments.get(random.nextInt(segments.size()));
      // An empty file is one that was being created. What lies behind the segment's bytes is the
      // queue's, and always empty.
      long length = 1 + random.nextInt(config(copy).segmentBytes() - 1);
      try (RandomAccessFile file = new RandomAccessFile(cut.toFile(), "rw")) {
        file.setLength(length);
      }
      String what = "seed %d, cut %d: %s at %d".formatted(seed, i, cut, length);
      if (!readAll(copy, what)) {
        fail("Not found: " + what);
      }
    }
  }

  @Test
  void aDamagedWordOnHowTheStoreEndedIsFound() throws Exception {
    for (Path store : List.of(closed, killed)) {
      int length = (int) Files.size(store.resolve("session"));
      for (int at = 0; at < length; at++) {
        Path copy = copyOf(store);
        flip(copy.resolve("session"), at, 1 + random.nextInt(255));
        String what = "seed %d, %s flipped at %d".formatted(seed, store, at);
        assertThatThrownBy(() -> ShardStore.open(config(copy), Stores.IDENTITY).close())
            .as(what)
            .isInstanceOfSatisfying(
                StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
            .hasMessageContaining(copy.resolve("session").toString());
      }
    }
  }

  @Test
  void afterAPowerCutDamageMeansAnEarlierCommitOrIsFound() throws Exception {
    for (int i = 0; i < damages / 4; i++) {
      Path copy = copyOf(killed);
      Files.writeString(copy.resolve("session"), StoreDirectory.summed("another boot"));
      List<Path> segments = files(copy.resolve("log"));
      Path file = segments.get(random.nextInt(segments.size()));
      flip(file, randomPlace(file), 1 + random.nextInt(255));
      try (ShardStore store = ShardStore.open(config(copy), Stores.IDENTITY)) {
        String at = text(store.metadata());
        Map<String, String> rows = Stores.rows(store);
        assertThat(rows)
            .as("seed %s, damage %s, commit %s", seed, i, at)
            .isEqualTo(history.get(at.isEmpty() ? 0 : Integer.parseInt(at)));
      } catch (StoreException e) {
        isNamed(e, copy, "seed %d, damage %d".formatted(seed, i));
      }
    }
  }
}
