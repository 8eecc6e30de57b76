package io.tidemark.bench.store;

import org.jspecify.annotations.Nullable;

/**
 * An open store of one subject: the little that every subject must be able to do to be measured.
 *
 * <p>One thread writes; readers may be on other threads, each with a {@link SubjectReader} of its
 * own. Nothing here may allocate or copy beyond what the store's own interface makes its users do.
 */
interface SubjectStore extends AutoCloseable {
  /** Adds a row to the batch that is being built. The arrays may be changed afterward. */
  void put(byte[] key, byte[] value);

  /** Makes the batch visible to readers; at once where the subject can. */
  void commit();

  /** A reader that sees what has been committed by now. */
  SubjectReader reader();

  /**
   * A reader that sees the store as it was some commits ago; null where this is not offered. The
   * store was opened with {@link Opening#keepsOldVersions}.
   */
  default @Nullable SubjectReader readerAsOf(int commitsAgo) {
    return null;
  }

  /** Finishes what goes on in the background: flushes, merges, compactions. */
  void settle();

  /** Bytes of the mapped or cached index, as the engine tells; negative when it does not tell. */
  long indexBytes();

  /** Closes cleanly, so that the next opening has nothing to recover. */
  @Override
  void close();
}
