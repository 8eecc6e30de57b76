package io.tidemark.bench.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one subject's store. For one thread. */
interface SubjectReader extends AutoCloseable {
  /** From now on sees what has been committed by now. */
  void refresh();

  /** The value of a key, in an array of its own; null when there is none. */
  byte @Nullable [] get(byte[] key);

  /**
   * The values in the order of the keys, null where there is none, by the subject's quickest way.
   */
  List<byte @Nullable []> getAll(List<byte[]> keys);

  /** Gives the first rows from a key on, in key order, each in arrays of its own. */
  void scan(byte[] from, int rows, RowSink sink);

  @Override
  void close();

  /** Takes rows. */
  interface RowSink {
    void row(byte[] key, byte[] value);
  }
}
