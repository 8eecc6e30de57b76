package io.tidemark.store;

import static io.tidemark.store.KeySets.IDENTITY;
import static io.tidemark.store.KeySets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations against a plain set. One seed: {@code -Dtidemark.store.seed=17}; more of them:
 * {@code -Dtidemark.store.seeds=100000}.
 */
class OrderedKeysModelTest {
  private static final int OPERATIONS = 300;

  @TempDir Path directory;

  @Test
  void doesWhatAPlainSetDoes() {
    Integer only = Integer.getInteger("tidemark.store.seed");
    int seeds = Integer.getInteger("tidemark.store.seeds", 40);
    for (int seed = only == null ? 0 : only; seed < (only == null ? seeds : only + 1); seed++) {
      try {
        new Run(seed, directory.resolve("seed-" + seed)).go();
      } catch (Throwable e) {
        throw new AssertionError("Failed with seed " + seed, e);
      }
    }
  }

  /** A cursor, and the keys that it must still show. */
  private record Open(KeyCursor cursor, Deque<byte[]> expected) {}

  private static final class Run {
    private final Random random;
    private final Path directory;
    private final int largest;
    private final List<Runnable> retired = new ArrayList<>();
    private final Deque<TreeSet<byte[]>> frozen = new ArrayDeque<>();
    private final List<Open> cursors = new ArrayList<>();

    private OrderedKeys keys;
    private TreeSet<byte[]> now = KeySets.sorted();
    private TreeSet<byte[]> flushed = KeySets.sorted();

    /** What the list of run files that was kept last says, with the keys that were in it. */
    private List<String> kept = List.of();

    private TreeSet<byte[]> keptKeys = KeySets.sorted();

    Run(int seed, Path directory) throws IOException {
      this.random = new Random(seed);
      this.directory = directory;
      this.largest = 1 + random.nextInt(300);
      this.keys = OrderedKeys.open(directory, IDENTITY, kept, retired::add);
    }

    void go() throws IOException {
      try {
        for (int i = 0; i < OPERATIONS; i++) {
          operate();
        }
        check();
        keys.verify();
      } finally {
        keys.close();
      }
    }

    private void operate() throws IOException {
      int roll = random.nextInt(100);
      if (roll < 40) {
        change();
      } else if (roll < 55) {
        freeze();
      } else if (roll < 70) {
        flush();
      } else if (roll < 80) {
        keys.mergeOnce();
      } else if (roll < 86) {
        keep();
      } else if (roll < 88) {
        reopen();
      } else if (roll < 92) {
        cursors.add(new Open(keys.cursor(new byte[0]), new ArrayDeque<>(now)));
        freeze();
      } else {
        check();
      }
      cursors.forEach(this::goOn);
    }

    private void change() {
      int changes = random.nextInt(largest);
      boolean removes = random.nextInt(8) == 0;
      for (int i = 0; i < changes; i++) {
        byte[] key = KeySets.anyKey(random);
        if (removes || random.nextInt(3) == 0) {
          keys.remove(key);
          now.remove(key);
        } else {
          keys.add(key);
          now.add(key);
        }
      }
    }

    private void freeze() {
      if (keys.freeze()) {
        frozen.add(copy(now));
      }
    }

    private void flush() throws IOException {
      keys.flushOldest();
      if (!frozen.isEmpty()) {
        flushed = frozen.remove();
      }
    }

    /** Keeps the list, after which old files may go when no cursor is left. */
    private void keep() throws IOException {
      keys.force();
      kept = keys.runFiles();
      keptKeys = copy(flushed);
      cursors.forEach(open -> open.cursor().close());
      cursors.clear();
      retired.forEach(Runnable::run);
      retired.clear();
    }

    private void reopen() throws IOException {
      cursors.clear();
      keys.close();
      if (random.nextBoolean()) {
        retired.forEach(Runnable::run);
      }
      retired.clear();
      keys = OrderedKeys.open(directory, IDENTITY, kept, retired::add);
      now = copy(keptKeys);
      flushed = copy(keptKeys);
      frozen.clear();
      check();
      keys.verify();
    }

    /** A cursor keeps its keys: the map that it read from was frozen at once. */
    private void goOn(Open open) {
      for (int i = random.nextInt(20); i > 0; i--) {
        byte[] expected = open.expected().poll();
        assertThat(open.cursor().next()).isEqualTo(expected != null);
        if (expected == null) {
          return;
        }
        assertThat(open.cursor().key()).isEqualTo(expected);
      }
    }

    private void check() {
      assertThat(KeySets.from(keys, new byte[0])).isEqualTo(hex(now));
      for (int i = 0; i < 10; i++) {
        byte[] from = KeySets.anyKey(random);
        int limit = 1 + random.nextInt(100);
        assertThat(KeySets.from(keys, from, limit))
            .isEqualTo(hex(now.tailSet(from).stream().limit(limit).toList()));
      }
    }

    private static TreeSet<byte[]> copy(TreeSet<byte[]> some) {
      TreeSet<byte[]> copy = KeySets.sorted();
      copy.addAll(some);
      return copy;
    }
  }
}
