package io.tidemark.store;

import static io.tidemark.store.KeySets.IDENTITY;
import static io.tidemark.store.KeySets.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One thread adds and removes, one flushes and merges, two read. A key says what has to become of
 * it: those that end in "stays" are added once, the others are added and removed again and again.
 */
class OrderedKeysConcurrencyTest {
  private static final int KEYS = 60_000;
  private static final int FREEZE_AT = 1_000;
  private static final int READERS = 2;

  @TempDir Path directory;

  private final AtomicInteger added = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private final CountDownLatch reading = new CountDownLatch(READERS);

  /** Held shared by readers; what is retired runs when it can be held alone. */
  private final ReadWriteLock readers = new ReentrantReadWriteLock();

  private final List<Runnable> retired = new ArrayList<>();

  @Test
  void noKeyIsMissedWhileLayersAreReplaced() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(READERS + 1);
    try (OrderedKeys keys = OrderedKeys.open(directory, IDENTITY, List.of(), retired::add)) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        results.add(threads.submit(reader(keys, i)));
      }
      results.add(threads.submit(maintenance(keys)));
      reading.await();
      try {
        write(keys);
      } finally {
        over.set(true);
      }
      for (Future<Integer> result : results) {
        assertThat(result.get()).isPositive();
      }
      assertThat(read(keys, 0, KEYS)).isEqualTo(KEYS);
      keys.verify();
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
  }

  /** Spreads neighbours in time over the whole range. */
  private static int place(int number) {
    return (int) (number * 7_919L % KEYS);
  }

  private static byte[] staying(int place) {
    return key(String.format("customer-%08d stays", place));
  }

  private void write(OrderedKeys keys) {
    for (int i = 0; i < KEYS; i++) {
      byte[] passing = key(String.format("customer-%08d passes", i % 100));
      if (i / 100 % 2 == 0) {
        keys.add(passing);
      } else {
        keys.remove(passing);
      }
      keys.add(staying(place(i)));
      added.set(i + 1);
      if (keys.recentKeys() >= FREEZE_AT) {
        keys.freeze();
      }
    }
  }

  private Callable<Integer> maintenance(OrderedKeys keys) {
    return () -> {
      int merges = 0;
      while (!over.get() || keys.frozenMaps() > 0 || keys.mergeOnce()) {
        keys.flushOldest();
        merges += keys.mergeOnce() ? 1 : 0;
        if (readers.writeLock().tryLock()) {
          try {
            retired.forEach(Runnable::run);
            retired.clear();
          } finally {
            readers.writeLock().unlock();
          }
        }
      }
      return merges;
    };
  }

  private Callable<Integer> reader(OrderedKeys keys, int seed) {
    Random random = new Random(seed);
    return () -> {
      int rounds = 0;
      reading.countDown();
      while (!over.get() || rounds == 0) {
        readers.readLock().lock();
        try {
          int known = added.get();
          read(keys, random.nextInt(KEYS), known);
        } finally {
          readers.readLock().unlock();
        }
        rounds++;
      }
      return rounds;
    };
  }

  /**
   * Reads some keys from a place on; all of those that were known must be among them. Gives how
   * many stay.
   */
  private static int read(OrderedKeys keys, int first, int known) throws IOException {
    boolean[] expected = new boolean[KEYS];
    for (int i = 0; i < known; i++) {
      expected[place(i)] = true;
    }
    int limit = known == KEYS ? KEYS : Math.min(KEYS, first + 5_000);
    int next = first;
    int found = 0;
    String last = "";
    try (KeyCursor cursor = keys.cursor(staying(first))) {
      while (next < limit && cursor.next()) {
        String key = new String(cursor.key(), StandardCharsets.UTF_8);
        if (key.compareTo(last) <= 0) {
          throw new AssertionError(key + " follows " + last);
        }
        last = key;
        if (!key.endsWith("stays")) {
          continue;
        }
        int place = Integer.parseInt(key.substring(9, 17));
        for (; next < Math.min(place, limit); next++) {
          assertNotMissed(expected, next, known);
        }
        next = place + 1;
        found++;
      }
    }
    for (; next < limit; next++) {
      assertNotMissed(expected, next, known);
    }
    return found;
  }

  private static void assertNotMissed(boolean[] expected, int place, int known) {
    if (expected[place]) {
      throw new AssertionError("Key " + place + " was missed, of " + known + " known");
    }
  }
}
