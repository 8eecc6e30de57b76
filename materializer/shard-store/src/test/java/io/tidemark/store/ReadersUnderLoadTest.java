package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four readers check every byte that they read, while the writer updates, deletes and adds rows, so
 * that the index grows and segments are compacted all the time. Other lengths: {@code
 * -Dtidemark.store.seconds=600}; another story: {@code -Dtidemark.store.seed=17}.
 */
class ReadersUnderLoadTest {
  private static final int READERS = 4;
  private static final int MOST_KEYS = 1 << 18;
  private static final int NEW_KEYS = 24;
  private static final int CHANGES = 60;

  /** How many of a key's last changes the readers know. */
  private static final int REMEMBERED = 8;

  private static final int FAR_BACK = 40;

  @TempDir Path directory;

  private final long seed = Long.getLong("tidemark.store.seed", System.nanoTime());

  /** For each key its last changes: the step, negative for a deletion. */
  private final AtomicLongArray changes = new AtomicLongArray(MOST_KEYS * REMEMBERED);

  private final AtomicLongArray changeCount = new AtomicLongArray(MOST_KEYS);
  private final AtomicLong keys = new AtomicLong();

  @Test
  void everyByteReadIsTheOneThatTheStepHad() throws Exception {
    int seconds = Integer.getInteger("tidemark.store.seconds", 60);
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try (Maintenance maintenance = Maintenance.start(512 << 20);
        ShardStore store =
            ShardStore.open(
                Stores.tiny(directory)
                    .withSegmentBytes(1 << 20)
                    .withMaintenance(maintenance)
                    .withRetention(Duration.ofSeconds(1)),
                Stores.IDENTITY)) {
      Random random = new Random(seed);
      write(store, random);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(reader(store, new Random(seed + i), end)));
      }
      while (System.nanoTime() < end && readers.stream().noneMatch(Future::isDone)) {
        write(store, random);
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).as("rows read, seed %s", seed).isPositive();
      }
      StoreStats stats = store.stats();
      assertThat(stats.pointIndexBytes()).as("the index has grown").isGreaterThan(8 << 10);
      assertThat(directory.resolve("log").resolve(Segment.fileName(1)))
          .as("compaction has deleted what came first")
          .doesNotExist();
      store.verify();
    } finally {
      threads.shutdownNow();
    }
  }

  private static byte[] key(int number) {
    return String.format("%07d", number).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** The value of a key at a step: its bytes follow from both. */
  private static byte[] value(int key, long step) {
    Random random = new Random(key * 1_000_003L + step);
    byte[] value = new byte[16 + random.nextInt(300)];
    random.nextBytes(value);
    ByteBuffer.wrap(value).putLong(step).putInt(8, key);
    return value;
  }

  private void write(ShardStore store, Random random) {
    long step = store.stats().step() + 1;
    int known = (int) keys.get();
    for (int i = 0; i < NEW_KEYS && known < MOST_KEYS - 1; i++) {
      change(store, known++, step, false);
    }
    for (int i = 0; i < CHANGES; i++) {
      // Mostly a few hot keys, so that versions pile up.
      int key =
          random.nextInt(3) > 0 ? random.nextInt(Math.min(known, 500)) : random.nextInt(known);
      if (last(key) != step && last(key) != -step) {
        change(store, key, step, random.nextInt(4) == 0);
      }
    }
    store.commit(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
    keys.set(known);
  }

  private long last(int key) {
    long count = changeCount.get(key);
    return count == 0 ? 0 : changes.get(slot(key, count - 1));
  }

  private static int slot(int key, long number) {
    return key * REMEMBERED + (int) (number % REMEMBERED);
  }

  private void change(ShardStore store, int key, long step, boolean delete) {
    if (delete) {
      store.delete(key(key));
    } else {
      store.put(key(key), value(key, step));
    }
    changes.set(slot(key, changeCount.get(key)), delete ? -step : step);
    changeCount.incrementAndGet(key);
  }

  /** The step whose value the key has at a step; 0 for none, MAX_VALUE when that is forgotten. */
  private long expected(int key, long at) {
    for (int attempt = 0; attempt < 100; attempt++) {
      long count = changeCount.get(key);
      long oldest = Math.max(0, count - REMEMBERED + 1);
      long found = Long.MIN_VALUE;
      for (long i = count - 1; i >= oldest && found == Long.MIN_VALUE; i--) {
        long change = changes.get(slot(key, i));
        if (Math.abs(change) <= at) {
          found = Math.max(0, change);
        }
      }
      if (changeCount.get(key) == count) {
        return found != Long.MIN_VALUE ? found : oldest == 0 ? 0 : Long.MAX_VALUE;
      }
    }
    return Long.MAX_VALUE;
  }

  private Callable<Long> reader(ShardStore store, Random random, long end) {
    return () -> {
      long rows = 0;
      while (System.nanoTime() < end) {
        try (Snapshot snapshot = take(store, random)) {
          long at = snapshot.step();
          assertThat(ByteBuffer.wrap(snapshot.metadata()).getLong()).isEqualTo(at);
          for (int round = 0; round < 20; round++) {
            rows += read(snapshot, at, random);
          }
        } catch (StoreException e) {
          if (e.kind() != StoreException.Kind.VERSION_GONE) {
            throw e;
          }
        } catch (AssertionError e) {
          throw new AssertionError("Failed with seed " + seed, e);
        }
      }
      return rows;
    };
  }

  private static Snapshot take(ShardStore store, Random random) {
    if (random.nextInt(3) > 0) {
      return store.snapshot();
    }
    return store.snapshotAt(Math.max(1, store.stats().step() - random.nextInt(FAR_BACK)));
  }

  private long read(Snapshot snapshot, long at, Random random) {
    int known = (int) keys.get();
    int from = random.nextInt(known);
    switch (random.nextInt(3)) {
      case 0 -> {
        check(from, at, snapshot.get(key(from)));
        return 1;
      }
      case 1 -> {
        List<Integer> wanted = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
          wanted.add(random.nextInt(known));
        }
        List<byte[]> found =
            snapshot.getAll(wanted.stream().map(ReadersUnderLoadTest::key).toList());
        for (int i = 0; i < wanted.size(); i++) {
          check(wanted.get(i), at, found.get(i));
        }
        return wanted.size();
      }
      default -> {
        return scan(snapshot, at, from);
      }
    }
  }

  private long scan(Snapshot snapshot, long at, int from) {
    int[] next = {from};
    int[] rows = new int[1];
    snapshot.scan(
        key(from),
        key(from + 100),
        (key, value) -> {
          int number = Integer.parseInt(Stores.text(key));
          assertThat(number).isGreaterThanOrEqualTo(next[0]);
          for (int left = next[0]; left < number; left++) {
            check(left, at, null);
          }
          check(number, at, value);
          next[0] = number + 1;
          rows[0]++;
          return true;
        });
    return rows[0];
  }

  private void check(int key, long at, byte[] value) {
    long step = expected(key, at);
    if (step == Long.MAX_VALUE) {
      return;
    }
    assertThat(value)
        .as("key %s at step %s, changed last at %s, seed %s", key, at, step, seed)
        .isEqualTo(step == 0 ? null : value(key, step));
  }
}
