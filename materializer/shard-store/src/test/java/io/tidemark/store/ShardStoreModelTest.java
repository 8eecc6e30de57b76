package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations against plain maps. One seed: {@code -Dtidemark.store.seed=17}; more of them:
 * {@code -Dtidemark.store.seeds=100000}.
 */
class ShardStoreModelTest {
  private static final int OPERATIONS = 120;
  private static final int KEYS = 30;

  @TempDir Path directory;

  @Test
  void doesWhatPlainMapsDo() {
    Integer only = Integer.getInteger("tidemark.store.seed");
    int seeds = Integer.getInteger("tidemark.store.seeds", 1_000);
    for (int seed = only == null ? 0 : only; seed < (only == null ? seeds : only + 1); seed++) {
      try {
        new Run(seed, Files.createDirectory(directory.resolve("seed-" + seed))).go();
        Stores.delete(directory.resolve("seed-" + seed));
      } catch (Throwable e) {
        throw new AssertionError("Failed with seed " + seed, e);
      }
    }
  }

  /** A state of the rows, and what it was called. */
  private record Named(long id, TreeMap<String, String> rows) {}

  private record Seen(Snapshot snapshot, TreeMap<String, String> rows, String metadata) {}

  private static final class Run {
    private final Random random;
    private final Path directory;
    private final Duration retention;

    /** Each commit's rows, by number; the first is the empty state. */
    private final List<TreeMap<String, String>> history = new ArrayList<>(List.of(new TreeMap<>()));

    private int kills;

    /** Earlier versions may be gone although their retention is not over. */
    private int firstKept;

    private final List<Seen> snapshots = new ArrayList<>();

    private ShardStore store;
    private TreeMap<String, String> committed = new TreeMap<>();
    private TreeMap<String, String> pending = new TreeMap<>();
    private List<Named> committedNames = new ArrayList<>();
    private List<Named> names = new ArrayList<>();
    private String metadata = "";

    Run(int seed, Path directory) {
      this.random = new Random(seed);
      this.directory = directory;
      this.retention = random.nextBoolean() ? Duration.ZERO : Duration.ofHours(1);
      this.store = open();
    }

    private Path place() {
      return directory.resolve("store-" + kills);
    }

    private ShardStore open() {
      return ShardStore.open(Stores.unattended(place()).withRetention(retention), Stores.IDENTITY);
    }

    void go() throws IOException {
      try {
        for (int i = 0; i < OPERATIONS; i++) {
          operate(i);
        }
        reopen();
        store.verify();
      } finally {
        snapshots.forEach(seen -> seen.snapshot().close());
        store.close();
      }
    }

    private void operate(int i) throws IOException {
      int roll = random.nextInt(100);
      if (roll < 40) {
        put(i);
      } else if (roll < 55) {
        delete();
      } else if (roll < 65) {
        commit(i);
      } else if (roll < 72) {
        savepoint();
      } else if (roll < 78) {
        rollback();
      } else if (roll < 81) {
        store.abort();
        forgetPending();
      } else if (roll < 83) {
        prune();
      } else if (roll < 84) {
        reopen();
      } else if (roll < 85) {
        kill();
      } else if (roll < 90) {
        takeSnapshot();
      } else if (roll < 92) {
        dropSnapshot();
      } else if (roll < 93) {
        store.compact();
        check();
      } else if (roll < 95) {
        // A piece of it, so that a compaction is under way when other things happen.
        store.work();
      } else if (roll < 97) {
        checkEarlier();
      } else {
        check();
      }
    }

    private String key() {
      int n = random.nextInt(KEYS);
      return n == 0 ? "" : "k" + "x".repeat(n % 3) + n;
    }

    private void put(int i) {
      int rows = random.nextInt(20) == 0 ? 40 : 1;
      for (int r = 0; r < rows; r++) {
        String key = key();
        String value =
            i + "." + r + "-" + "v".repeat(random.nextInt(random.nextInt(20) == 0 ? 6_000 : 20));
        Stores.put(store, key, value);
        pending.put(key, value);
      }
    }

    private void delete() {
      String key = key();
      store.delete(bytes(key));
      pending.remove(key);
    }

    private void commit(int i) {
      metadata = "commit " + i;
      store.commit(bytes(metadata));
      committed = new TreeMap<>(pending);
      history.add(committed);
      committedNames = new ArrayList<>(names);
      check();
    }

    private void savepoint() {
      long id = (names.isEmpty() ? 0 : names.get(names.size() - 1).id()) + random.nextInt(3);
      id = Math.max(1, id);
      store.savepoint(id);
      if (!names.isEmpty() && names.get(names.size() - 1).id() == id) {
        names.remove(names.size() - 1);
      }
      names.add(new Named(id, new TreeMap<>(pending)));
    }

    private void rollback() {
      long newest = names.isEmpty() ? 0 : names.get(names.size() - 1).id();
      long oldest = names.isEmpty() ? 0 : names.get(0).id();
      long id = random.nextInt(4) == 0 ? 0 : oldest + random.nextInt((int) (newest - oldest) + 2);
      store.rollbackTo(id);
      names.removeIf(name -> name.id() > id);
      pending = new TreeMap<>(names.isEmpty() ? Map.of() : names.get(names.size() - 1).rows());
      // Invisible until committed.
      check();
    }

    private void prune() {
      if (!names.isEmpty()) {
        Named kept = names.get(random.nextInt(names.size()));
        store.pruneSavepoints(kept.id());
        names.removeIf(name -> name.id() < kept.id());
      }
    }

    private void forgetPending() {
      pending = new TreeMap<>(committed);
      names = new ArrayList<>(committedNames);
    }

    private void reopen() {
      snapshots.forEach(seen -> seen.snapshot().close());
      snapshots.clear();
      store.close();
      store = open();
      forgetPending();
      check();
    }

    /** Goes on with what a SIGKILL at this moment would leave. */
    private void kill() throws IOException {
      snapshots.forEach(seen -> seen.snapshot().close());
      snapshots.clear();
      Path before = place();
      kills++;
      Stores.copy(before, place());
      if (random.nextInt(3) == 0) {
        // Then everything comes from what compaction has left of the log.
        Files.deleteIfExists(place().resolve("manifest"));
        firstKept = history.size() - 1;
      }
      store.close();
      Stores.delete(before);
      store = open();
      forgetPending();
      check();
    }

    private void checkEarlier() {
      int step = random.nextInt(history.size());
      long oldest = store.stats().oldestStep();
      try (Snapshot then = store.snapshotAt(step)) {
        assertThat(oldest).isLessThanOrEqualTo(step);
        assertThat(then.step()).isEqualTo(step);
        check(then, history.get(step), step == 0 ? "" : text(then.metadata()));
        int next = step + random.nextInt(history.size() - step);
        try (Snapshot later = store.snapshotAt(next)) {
          checkChanges(then, history.get(step), later, history.get(next));
        }
      } catch (StoreException e) {
        assertThat(e.kind()).isEqualTo(StoreException.Kind.VERSION_GONE);
        assertThat(oldest).isGreaterThan(step);
        assertThat(retention.isZero() || step < firstKept).isTrue();
      }
    }

    /** What has changed between the two makes the one's rows the other's. */
    private static void checkChanges(
        Snapshot earlier, Map<String, String> before, Snapshot later, Map<String, String> after) {
      Map<String, String> rows = new TreeMap<>(before);
      for (ChangeCursor changes = later.changesSince(earlier); changes.next(); ) {
        String key = text(changes.key());
        byte[] value = changes.value();
        String now = value == null ? null : text(value);
        assertThat(now).isEqualTo(after.get(key));
        assertThat(changes.isUnchanged()).isEqualTo(Objects.equals(now, before.get(key)));
        if (now == null) {
          rows.remove(key);
        } else {
          rows.put(key, now);
        }
      }
      assertThat(rows).isEqualTo(after);
    }

    private void takeSnapshot() {
      if (snapshots.size() < 10) {
        snapshots.add(new Seen(store.snapshot(), committed, metadata));
      }
    }

    private void dropSnapshot() {
      if (!snapshots.isEmpty()) {
        Seen seen = snapshots.remove(random.nextInt(snapshots.size()));
        check(seen.snapshot(), seen.rows(), seen.metadata());
        try (Snapshot now = store.snapshot()) {
          checkChanges(seen.snapshot(), seen.rows(), now, committed);
        }
        seen.snapshot().close();
      }
    }

    private void check() {
      assertThat(text(store.metadata())).isEqualTo(metadata);
      try (Snapshot now = store.snapshot()) {
        check(now, committed, metadata);
      }
      for (Seen seen : snapshots) {
        check(seen.snapshot(), seen.rows(), seen.metadata());
      }
    }

    private void check(Snapshot snapshot, TreeMap<String, String> rows, String expectedMetadata) {
      assertThat(text(snapshot.metadata())).isEqualTo(expectedMetadata);
      assertThat(snapshot.rowCount()).isEqualTo(rows.size());
      assertThat(Stores.rows(snapshot)).containsExactlyEntriesOf(new LinkedHashMap<>(rows));
      String from = key();
      String to = key();
      Map<String, String> part = new LinkedHashMap<>();
      int limit = 1 + random.nextInt(5);
      snapshot.scan(
          bytes(from),
          bytes(to),
          (key, value) -> {
            part.put(text(key), text(value));
            return part.size() < limit;
          });
      Map<String, String> expected = new LinkedHashMap<>();
      rows.tailMap(from).entrySet().stream()
          .filter(row -> row.getKey().compareTo(to) < 0)
          .limit(limit)
          .forEach(row -> expected.put(row.getKey(), row.getValue()));
      assertThat(part).containsExactlyEntriesOf(expected);
      byte[] got = snapshot.get(bytes(from));
      assertThat(got == null ? null : text(got)).isEqualTo(rows.get(from));
    }
  }
}
