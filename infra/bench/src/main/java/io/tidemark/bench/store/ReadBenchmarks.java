package io.tidemark.bench.store;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The reads that JMH times; {@link Operation} names them. Public because JMH requires it.
 *
 * <p>Which subject is read is the state's business, and each process reads only one, so that the
 * calls below are bound to one class.
 */
public class ReadBenchmarks {
  private static final int SCANNED_ROWS = 100;

  /** A row that is there, from a snapshot that is held. */
  @Benchmark
  public byte @Nullable [] get(OpenedStore opened) {
    return opened.reader().get(opened.nextHit());
  }

  /** A row that is not there. */
  @Benchmark
  public byte @Nullable [] getMiss(OpenedStore opened) {
    return opened.reader().get(opened.nextMiss());
  }

  /** A row as of the newest commit. */
  @Benchmark
  public byte @Nullable [] getFresh(OpenedStore opened) {
    opened.reader().refresh();
    return opened.reader().get(opened.nextHit());
  }

  /** A hundred rows that are there. */
  @Benchmark
  public List<byte @Nullable []> multiGet(OpenedStore opened) {
    return opened.reader().getAll(opened.nextBatch());
  }

  /** The hundred rows from a random one on. */
  @Benchmark
  public void scan(OpenedStore opened, Blackhole hole) {
    opened
        .reader()
        .scan(
            opened.nextHit(),
            SCANNED_ROWS,
            (key, value) -> {
              hole.consume(key);
              hole.consume(value);
            });
  }

  /** A row as of the newest commit, while others are written. */
  @Benchmark
  public byte @Nullable [] getWhileWriting(OpenedStore opened, PacedWriter writer) {
    opened.reader().refresh();
    return opened.reader().get(opened.nextHit());
  }

  /** A row as it was. */
  @Benchmark
  public byte @Nullable [] getAsOf(OpenedStore opened, OldVersions past) {
    return past.reader().get(past.nextKey());
  }
}
