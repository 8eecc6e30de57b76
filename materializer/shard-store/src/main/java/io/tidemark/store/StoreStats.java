package io.tidemark.store;

/**
 * Figures of a store as of its last commit.
 *
 * @param rowCount rows that a reader would see
 * @param logBytes what all records in the log take
 * @param deadBytes how much of that nobody needs any more, older versions that are still kept
 *     included
 * @param pointIndexBytes the memory-mapped point index
 * @param orderedIndexBytes files of the ordered index
 * @param segmentCount files of the log
 * @param step number of the last commit, counted from 1; 0 before the first
 * @param oldestStep the oldest commit that can still be read
 */
public record StoreStats(
    long rowCount,
    long logBytes,
    long deadBytes,
    long pointIndexBytes,
    long orderedIndexBytes,
    int segmentCount,
    long step,
    long oldestStep) {
  /** What log and indexes take on disk; the sparse files look larger. */
  public long diskBytes() {
    return logBytes + pointIndexBytes + orderedIndexBytes;
  }
}
