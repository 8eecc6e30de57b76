package io.tidemark.bench.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A store that was loaded before, with keys to ask it for, made beforehand so that asking allocates
 * nothing. Public because JMH requires it, as its methods and those of the other states are.
 */
@State(Scope.Benchmark)
public class OpenedStore {
  /** More than any cache holds, so that the next key is no cheaper for having been asked for. */
  private static final int MOST_KEYS = 1 << 20;

  private static final int CHECKED_KEYS = 100;
  private static final int BATCH_KEYS = 100;
  private static final int MOST_BATCHES = 4_096;
  private static final long SEED = 17;

  /** Name of the {@link Subject}. */
  @Param("")
  public String subject = "";

  /** Where it was loaded. */
  @Param("")
  public String directory = "";

  /** Rows in it. */
  @Param("0")
  public long keys;

  /** Size of each value. */
  @Param("0")
  public int valueBytes;

  /** How old the state is that will be read, in commits; 0 for the newest. */
  @Param("0")
  public int commitsAgo;

  @SuppressWarnings("NullAway.Init") // JMH calls open() first.
  private SubjectStore store;

  @SuppressWarnings("NullAway.Init")
  private SubjectReader reader;

  @SuppressWarnings("NullAway.Init")
  private DataSet dataSet;

  private final List<Runnable> beforeClose = new ArrayList<>();
  private byte[][] hits = {};
  private byte[][] misses = {};
  private List<List<byte[]>> batches = List.of();
  private int next;

  /** Opens, makes the keys, and checks that the store holds what it should. */
  @Setup
  public void open() {
    dataSet = new DataSet(keys, valueBytes);
    store = Subject.valueOf(subject).open(new Opening(Path.of(directory), dataSet, commitsAgo > 0));
    store.settle();
    reader = store.reader();
    int count = (int) Math.min(MOST_KEYS, keys);
    long[] rows = dataSet.randomRows(count, SEED);
    hits = Arrays.stream(rows).mapToObj(DataSet::key).toArray(byte[][]::new);
    misses = Arrays.stream(rows).mapToObj(row -> DataSet.key(row + keys)).toArray(byte[][]::new);
    batches = new ArrayList<>();
    for (int at = 0; at + BATCH_KEYS <= count && batches.size() < MOST_BATCHES; at += BATCH_KEYS) {
      batches.add(List.of(Arrays.copyOfRange(hits, at, at + BATCH_KEYS)));
    }
    for (int i = 0; i < Math.min(CHECKED_KEYS, count); i++) {
      check(rows[i], reader.get(hits[i]));
      if (reader.get(misses[i]) != null) {
        throw new IllegalStateException(subject + " has a row that nobody wrote");
      }
    }
  }

  private void check(long row, byte @Nullable [] value) {
    if (value == null || value.length != valueBytes || !DataSet.isValue(row, value)) {
      throw new IllegalStateException(subject + " does not hold row " + row + " as it was written");
    }
  }

  /**
   * Has something done before the store is closed: JMH tears the states down in no order to rely
   * on.
   */
  void beforeClose(Runnable end) {
    beforeClose.add(end);
  }

  /** Closes. */
  @TearDown
  public void close() {
    beforeClose.forEach(Runnable::run);
    reader.close();
    store.close();
  }

  SubjectStore store() {
    return store;
  }

  SubjectReader reader() {
    return reader;
  }

  DataSet dataSet() {
    return dataSet;
  }

  byte[] nextHit() {
    return hits[advance(hits.length)];
  }

  byte[] nextMiss() {
    return misses[advance(misses.length)];
  }

  List<byte[]> nextBatch() {
    return batches.get(advance(batches.size()));
  }

  private int advance(int length) {
    int at = next + 1;
    next = at < length ? at : 0;
    return next;
  }
}
