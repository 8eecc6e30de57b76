package io.tidemark.store;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The store as of one commit, for as long as it is open, whatever the writer does meanwhile.
 *
 * <p>Thread-safe, though its calls run one at a time: threads that read much take a snapshot each.
 * Close it soon: versions that an open snapshot may ask for, and files that it may be reading, are
 * kept.
 *
 * <p>Every call throws {@link StoreException} CLOSED after {@link #close}, EXPIRED when the
 * snapshot has been open for longer than {@link ShardStoreConfig#maxSnapshotAge}, and CORRUPT when
 * a record that it needs is not what was written; such a record is never returned.
 */
public final class Snapshot implements AutoCloseable {
  private static final long UNKNOWN_STEP = -1;
  private static final int FIRST_SCAN_ROWS = 16;
  private static final int MOST_SCAN_ROWS = 256;
  private static final int PREFETCH_BYTES = 320;

  private final ReentrantLock using = new ReentrantLock();
  private final ShardStore store;
  private final PointIndex points;
  private final OrderedKeys keys;
  private final Readers readers;
  private final RecordLog log;
  private final RecordReader reader;
  private final long epoch;
  private final long openedNanos = System.nanoTime();

  private Committed commit = Committed.START;
  private volatile long seenStep = UNKNOWN_STEP;
  private int place;
  private boolean closed;
  private volatile boolean expired;

  /** What prefetching has read, so that nobody optimizes it away. */
  private long sink;

  Snapshot(ShardStore store, RecordLog log, PointIndex points, OrderedKeys keys, Readers readers) {
    this.store = store;
    this.points = points;
    this.keys = keys;
    this.readers = readers;
    this.log = log;
    this.reader = new RecordReader(log);
    this.epoch = readers.epoch();
  }

  /** Enters it among the open ones; from now on nothing that is there goes away. */
  void enter() {
    place = readers.enter(this);
  }

  /** It sees this commit. */
  void see(Committed seen) {
    commit = seen;
    seenStep = seen.step();
  }

  /** The step that it sees; below any step as long as it has not made up its mind. */
  long seenStep() {
    return seenStep;
  }

  long epoch() {
    return epoch;
  }

  long openedNanos() {
    return openedNanos;
  }

  /** Ends it from outside, unless it is in use at this moment. */
  void expire() {
    if (using.tryLock()) {
      try {
        if (!expired && !closed && seenStep != UNKNOWN_STEP) {
          expired = true;
          readers.leave(place);
        }
      } finally {
        using.unlock();
      }
    }
  }

  /** The metadata of the commit that this snapshot sees; empty before the first commit. */
  public byte[] metadata() {
    use();
    try {
      return commit.value().metadata().clone();
    } finally {
      using.unlock();
    }
  }

  /**
   * The number of the commit that this snapshot sees, counted from 1; 0 before the first commit.
   */
  public long step() {
    use();
    try {
      return commit.step();
    } finally {
      using.unlock();
    }
  }

  /**
   * Whether it is of the very commit that another one is of; false for snapshots of a store before
   * and after it was opened again. May be asked of closed ones as well, and costs nothing.
   */
  public boolean seesSameCommit(Snapshot other) {
    return store == other.store && commit.step() == other.commit.step();
  }

  /**
   * When the commit was made: wall-clock time in milliseconds since 1970, which never goes back.
   */
  public long committedAtMillis() {
    use();
    try {
      return commit.value().millis();
    } finally {
      using.unlock();
    }
  }

  /** How many rows there are. Constant time. */
  public long rowCount() {
    use();
    try {
      return commit.value().rowCount();
    } finally {
      using.unlock();
    }
  }

  /**
   * The value of a key, or null when there is no such row. One look into the index, one into the
   * log, and one more into the log for each newer version of the row; allocates nothing but the
   * value.
   */
  public byte @Nullable [] get(byte[] key) {
    use();
    try {
      return find(key, PointIndex.hash(key));
    } finally {
      using.unlock();
    }
  }

  private byte @Nullable [] find(byte[] key, long hash) {
    if (!goToVersion(key, hash)) {
      return null;
    }
    if (reader.isPut()) {
      return reader.value(key);
    }
    reader.check();
    return null;
  }

  /** Has the reader stand at the version of this commit; false when there is none. */
  private boolean goToVersion(byte[] key, long hash) {
    if (points.find(key, hash, reader) == Address.NONE) {
      return false;
    }
    while (reader.step() > commit.step()) {
      // A damaged step or address must not lead to another version.
      reader.check();
      long previous = reader.previous();
      if (previous == Address.NONE) {
        return false;
      }
      reader.goTo(previous);
    }
    return true;
  }

  void requireOpen() {
    use();
    using.unlock();
  }

  /** The record at an address of the history, null when its segment has gone. */
  @Nullable LogRecord record(long address) {
    use();
    try {
      return log.segment(Address.segment(address)) == null ? null : log.read(address);
    } finally {
      using.unlock();
    }
  }

  /** Whether a row record, no copy, is the version of its key that this snapshot sees. */
  boolean shows(LogRecord record) {
    use();
    try {
      if (!goToVersion(record.key(), PointIndex.hash(record.key()))) {
        return false;
      }
      if (reader.address() == record.address()) {
        return true;
      }
      return reader.isMoved()
          && reader.step() == record.step()
          && reader.isPut() == (record.kind() == LogRecord.Kind.PUT)
          && (!reader.isPut() || Arrays.equals(reader.value(record.key()), record.value()));
    } finally {
      using.unlock();
    }
  }

  /**
   * What was written between an earlier commit and this one, for as long as both snapshots are
   * open: each key that has been put or deleted, by a rollback too. A key whose row has become what
   * it was is among them; one may come twice if a step has written it the same value twice. Costs a
   * read for each row record in between and a get for each key.
   *
   * @param earlier a snapshot of the same store; CLOSED when it is of one that has been closed and
   *     opened again
   * @throws IllegalArgumentException when it is no earlier one
   */
  public ChangeCursor changesSince(Snapshot earlier) {
    if (earlier.store != store) {
      throw new StoreException(
          StoreException.Kind.CLOSED, "The earlier snapshot is of a store that has been closed");
    }
    if (earlier.step() > step()) {
      throw new IllegalArgumentException(
          "Commit " + earlier.step() + " is not earlier than commit " + step());
    }
    return new ChangeCursor(earlier, this, commit.value().head(), earlier.commit.address());
  }

  /**
   * Whether a key has been put or deleted, by a rollback too, behind an earlier commit and up to
   * this one. A key whose row has become what it was counts as written. Where a tombstone may have
   * been given up since, it is taken to have been written; that takes a key without a row, and an
   * earlier commit that can itself no longer be read. One look into the index and one into the log.
   *
   * @param earlier a snapshot of an earlier commit, which may be closed by now; of a store that was
   *     closed and opened again since, every key counts as written
   */
  public boolean mayHaveWrittenSince(byte[] key, Snapshot earlier) {
    if (earlier.store != store) {
      return true;
    }
    use();
    try {
      if (goToVersion(key, PointIndex.hash(key))) {
        reader.check();
        return reader.step() > earlier.commit.step();
      }
      // Asked afterward: a tombstone that was not found has gone behind the oldest step by then.
      return store.oldestStep() > earlier.commit.step();
    } finally {
      using.unlock();
    }
  }

  /**
   * The values of many keys, in their order, null for those without a row. Faster than one by one,
   * since the processor waits for many of them together.
   */
  public List<byte @Nullable []> getAll(List<byte[]> wanted) {
    use();
    try {
      byte[][] all = wanted.toArray(new byte[0][]);
      byte[] @Nullable [] values = new byte[all.length][];
      findAll(all, all.length, values);
      return Arrays.asList(values);
    } finally {
      using.unlock();
    }
  }

  private void findAll(byte[][] wanted, int count, byte[] @Nullable [] values) {
    long[] hashes = new long[count];
    long seen = 0;
    for (int i = 0; i < count; i++) {
      hashes[i] = PointIndex.hash(wanted[i]);
      seen += points.prefetch(hashes[i]);
    }
    for (int i = 0; i < count; i++) {
      long address = points.guess(hashes[i]);
      if (address != Address.NONE) {
        reader.prefetch(address, PREFETCH_BYTES);
      }
    }
    sink += seen;
    for (int i = 0; i < count; i++) {
      values[i] = find(wanted[i], hashes[i]);
    }
  }

  /**
   * Visits rows in the order of their keys as unsigned bytes.
   *
   * @param from the first key, inclusive; empty for the first row of all
   * @param to the end, exclusive; null for the last row of all
   * @param visitor gets each row until it says that it wants no more
   */
  public void scan(byte[] from, byte @Nullable [] to, RowVisitor visitor) {
    use();
    try (KeyCursor cursor = keys.cursor(from)) {
      int most = FIRST_SCAN_ROWS;
      byte[][] batch = new byte[most][];
      byte[] @Nullable [] values = new byte[most][];
      boolean more = true;
      while (more) {
        int count = 0;
        while (count < most && more) {
          more = cursor.next();
          if (more) {
            byte[] key = cursor.key();
            more = to == null || Arrays.compareUnsigned(key, to) < 0;
            if (more) {
              batch[count++] = key;
            }
          }
        }
        findAll(batch, count, values);
        for (int i = 0; i < count; i++) {
          byte[] value = values[i];
          if (value != null && !visitor.row(batch[i], value)) {
            return;
          }
        }
        if (most < MOST_SCAN_ROWS) {
          // Whoever has come this far is likely to go on.
          most *= 2;
          batch = new byte[most][];
          values = new byte[most][];
        }
      }
    } finally {
      using.unlock();
    }
  }

  /**
   * Writes all rows, the metadata and what an import must know; the stream stays open. {@link
   * ShardStore#importFrom} reads it. Readers and the writer go on meanwhile.
   *
   * @throws IOException when the stream does
   */
  public void exportTo(OutputStream out) throws IOException {
    SnapshotStream.write(this, store.identity(), store.newestSavepoint(), out);
  }

  private void use() {
    using.lock();
    if (closed || expired) {
      boolean wasClosed = closed;
      using.unlock();
      throw wasClosed
          ? new StoreException(StoreException.Kind.CLOSED, "The snapshot has been closed")
          : new StoreException(
              StoreException.Kind.EXPIRED,
              "The snapshot of shard "
                  + store.identity()
                  + " has been open for too long. Take a new one, or raise maxSnapshotAge");
    }
  }

  /** Ends it; closing again does nothing. */
  @Override
  public void close() {
    using.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (!expired) {
        readers.leave(place);
      }
    } finally {
      using.unlock();
    }
    store.letGo();
  }
}
