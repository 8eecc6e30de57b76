package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers while the writer commits, spills, rolls back and aborts. Every row of a commit carries
 * the commit's number, so that half a step shows.
 */
class ConcurrentReadersTest {
  private static final int READERS = 4;
  private static final int COMMITS = 250;
  private static final int ROWS = 40;

  @TempDir Path directory;

  private final AtomicInteger committed = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private final CountDownLatch reading = new CountDownLatch(READERS);

  @Test
  void noReaderSeesHalfAStepOrGoesBack() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try (ShardStore store = Stores.open(directory)) {
      write(store, 0);
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(reader(store)));
      }
      reading.await();
      for (int i = 1; i <= COMMITS; i++) {
        write(store, i);
      }
      over.set(true);
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
  }

  private void write(ShardStore store, int number) {
    if (number % 5 == 1) {
      put(store, "row 3", "aborted");
      store.abort();
    }
    store.savepoint(number + 1);
    for (int i = 0; i < ROWS; i++) {
      put(store, "row " + i, "wrong");
    }
    if (number % 3 == 1) {
      store.commit(bytes("wrong"));
    }
    store.rollbackTo(number % 7 == 0 ? 0 : number + 1);
    for (int i = 0; i < ROWS; i++) {
      put(store, "row " + i, number + "," + "v".repeat(number % 100));
    }
    store.commit(bytes("" + number));
    committed.set(number);
  }

  private Callable<Integer> reader(ShardStore store) {
    return () -> {
      int rounds = 0;
      int newest = 0;
      reading.countDown();
      while (!over.get() || rounds == 0) {
        int known = committed.get();
        try (Snapshot snapshot = store.snapshot()) {
          newest = Math.max(newest, check(snapshot, Math.max(known, newest)));
        }
        rounds++;
      }
      return rounds;
    };
  }

  /** The number of the commit that the snapshot sees. */
  private static int check(Snapshot snapshot, int atLeast) {
    String metadata = Stores.text(snapshot.metadata());
    Map<String, String> rows = Stores.rows(snapshot);
    assertThat(rows).hasSize(ROWS);
    assertThat(snapshot.rowCount()).isEqualTo(ROWS);
    if (metadata.equals("wrong")) {
      assertThat(rows.values()).containsOnly("wrong");
      return atLeast;
    }
    int number = Integer.parseInt(metadata);
    assertThat(number).isGreaterThanOrEqualTo(atLeast);
    assertThat(rows.values()).containsOnly(number + "," + "v".repeat(number % 100));
    assertThat(Stores.text(snapshot.get(bytes("row 7")))).isEqualTo(rows.get("row 7"));
    return number;
  }
}
