package io.tidemark.store;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The store as of one commit, for as long as it is open, whatever the writer does meanwhile.
 *
 * <p>Thread-safe, though its calls run one at a time: threads that read much take a snapshot each.
 * Close it soon: an open snapshot keeps the index pages of its commit from being used again, so
 * that the index grows with each later commit.
 *
 * <p>Every call throws {@link StoreException} CLOSED after {@link #close}, and CORRUPT when a
 * record that it needs is not what was written; such a record is never returned.
 */
public final class Snapshot implements AutoCloseable {
  private final RecordLog log;
  private final Runnable onClose;
  private OrderedIndex.@Nullable View view;

  Snapshot(RecordLog log, OrderedIndex.View view, Runnable onClose) {
    this.log = log;
    this.view = view;
    this.onClose = onClose;
  }

  /** The metadata of the commit that this snapshot sees; empty before the first commit. */
  public synchronized byte[] metadata() {
    long commit = Watermark.of(open()).commit();
    return commit == Address.NONE ? LogRecord.NO_BYTES : log.read(commit).value();
  }

  /**
   * The number of the commit that this snapshot sees, counted from 1; 0 before the first commit.
   */
  public synchronized long step() {
    return Watermark.of(open()).step();
  }

  /** How many rows there are. Constant time. */
  public synchronized long rowCount() {
    return open().rowCount();
  }

  /**
   * The value of a key, or null when there is no such row. One look into the index, one into the
   * log.
   */
  public synchronized byte @Nullable [] get(byte[] key) {
    long address = open().address(key);
    return address == Address.NONE ? null : value(key, address);
  }

  /** The values of many keys; those without a row are absent. Ordered by key, as unsigned bytes. */
  public synchronized Map<byte[], byte[]> getAll(List<byte[]> keys) {
    Map<byte[], byte[]> found = new TreeMap<>(Arrays::compareUnsigned);
    for (byte[] key : keys) {
      byte[] value = get(key);
      if (value != null) {
        found.put(key, value);
      }
    }
    return found;
  }

  /**
   * Visits rows in the order of their keys as unsigned bytes.
   *
   * @param from the first key, inclusive; empty for the first row of all
   * @param to the end, exclusive; null for the last row of all
   * @param visitor gets each row until it says that it wants no more
   */
  public synchronized void scan(byte[] from, byte @Nullable [] to, RowVisitor visitor) {
    open()
        .scan(
            from,
            (key, address) -> {
              if (to != null && Arrays.compareUnsigned(key, to) >= 0) {
                return false;
              }
              return visitor.row(key, value(key, address));
            });
  }

  private byte[] value(byte[] key, long address) {
    LogRecord record = log.read(address);
    if (record.kind() != LogRecord.Kind.PUT || !Arrays.equals(record.key(), key)) {
      throw log.corrupt(address, "the record is not of the key that the index has there");
    }
    return record.value();
  }

  private OrderedIndex.View open() {
    if (view == null) {
      throw new StoreException(StoreException.Kind.CLOSED, "The snapshot has been closed");
    }
    return view;
  }

  /** Ends it; closing again does nothing. */
  @Override
  public synchronized void close() {
    if (view != null) {
      OrderedIndex.View closing = view;
      view = null;
      closing.release();
      onClose.run();
    }
  }
}
