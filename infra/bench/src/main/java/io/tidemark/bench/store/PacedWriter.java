package io.tidemark.bench.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * Overwrites random rows at a steady pace while others read, and leaves the rates that it achieved
 * in a file beside the store's directory.
 */
@State(Scope.Benchmark)
public class PacedWriter {
  private static final long BATCH_EVERY_NS = 10_000_000;

  /** A writer that has fallen behind by more than this does not catch up. */
  private static final long MOST_BEHIND_NS = 100_000_000;

  private static final int ROWS = 1 << 20;
  private static final long SEED = 23;

  private final List<Double> rates = new ArrayList<>();
  private volatile boolean running = true;
  private final AtomicLong written = new AtomicLong();
  private volatile @Nullable RuntimeException failure;
  private Thread thread = new Thread();
  private long iterationBegan;
  private long writtenBefore;

  /** Starts writing. */
  @Setup
  public void start(OpenedStore opened) {
    RowWriter rows = new RowWriter(opened.store(), opened.dataSet());
    long[] random = opened.dataSet().randomRows(ROWS, SEED);
    thread =
        new Thread(
            () -> {
              try {
                write(rows, random);
              } catch (RuntimeException e) {
                failure = e;
              }
            },
            "paced-writer");
    thread.start();
    opened.beforeClose(() -> stop(opened));
  }

  private void write(RowWriter rows, long[] random) {
    long due = System.nanoTime();
    long version = 1;
    int at = 0;
    while (running) {
      for (int i = 0; i < RowWriter.COMMIT_ROWS; i++) {
        rows.write(random[at], version);
        at = (at + 1) % random.length;
      }
      rows.commit();
      version++;
      written.addAndGet(RowWriter.COMMIT_ROWS);
      long now = System.nanoTime();
      due = Math.max(due + BATCH_EVERY_NS, now - MOST_BEHIND_NS);
      while (running && due > now) {
        LockSupport.parkNanos(due - now);
        now = System.nanoTime();
      }
    }
  }

  /** Begins to count. */
  @Setup(Level.Iteration)
  public void beginIteration() {
    iterationBegan = System.nanoTime();
    writtenBefore = written.get();
  }

  /** Counts what was written in this iteration. */
  @TearDown(Level.Iteration)
  public void endIteration(IterationParams iteration) {
    if (iteration.getType() == IterationType.MEASUREMENT) {
      rates.add((written.get() - writtenBefore) * 1e9 / (System.nanoTime() - iterationBegan));
    }
  }

  private void stop(OpenedStore opened) {
    running = false;
    try {
      thread.join();
      if (failure != null) {
        throw failure;
      }
      opened.store().settle();
      Files.write(
          ratesFile(Path.of(opened.directory)),
          rates.stream().map(rate -> rate.toString()).toList(),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the writer was ending", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path ratesFile(Path directory) {
    return directory.resolveSibling(directory.getFileName() + "-rates");
  }
}
