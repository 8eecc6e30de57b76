package io.tidemark.store;

import java.nio.file.Path;

/**
 * Where a store lives and how much it may take. Start from {@link #of} and change what differs.
 *
 * @param directory the shard's own directory; created when absent
 * @param segmentBytes size of one file of the log, 64 KiB to 128 MiB. Files are sparse: an empty
 *     one takes some KiB. A row (key and value) may be at most an eighth of it
 * @param indexMapBytes address range, and so the greatest size, of the ordered index. The file is
 *     sparse, only what is used takes disk; a reopened store may have another value, but not one
 *     below what is used
 * @param stepBufferRows how many changed keys of an uncommitted step are held in memory before they
 *     go into an open index transaction
 * @param diskReserveBytes writes are refused with {@link StoreException.Kind#NO_SPACE} when less
 *     than this is free: both the log and the index are memory-mapped, and a mapped write to a full
 *     disk would end the process
 * @param maxSnapshots how many snapshots may be open at once
 */
public record ShardStoreConfig(
    Path directory,
    int segmentBytes,
    long indexMapBytes,
    int stepBufferRows,
    long diskReserveBytes,
    int maxSnapshots) {
  /** The smallest and the largest segment. */
  private static final int MIN_SEGMENT_BYTES = 64 << 10;

  private static final int MAX_SEGMENT_BYTES = 128 << 20;

  /** Checks every value. */
  public ShardStoreConfig {
    require(
        segmentBytes >= MIN_SEGMENT_BYTES && segmentBytes <= MAX_SEGMENT_BYTES,
        "segmentBytes must be from 64 KiB to 128 MiB, is " + segmentBytes);
    require(
        segmentBytes % MIN_SEGMENT_BYTES == 0,
        "segmentBytes must be a multiple of 64 KiB, is " + segmentBytes);
    require(indexMapBytes >= 1 << 20, "indexMapBytes must be at least 1 MiB, is " + indexMapBytes);
    require(stepBufferRows >= 1, "stepBufferRows must be at least 1, is " + stepBufferRows);
    require(diskReserveBytes >= 0, "diskReserveBytes must not be negative, is " + diskReserveBytes);
    require(maxSnapshots >= 1, "maxSnapshots must be at least 1, is " + maxSnapshots);
  }

  /**
   * The defaults: 64 MiB segments, 16 GiB index range, 64 Ki rows a step in memory, 256 MiB
   * reserve, 1,000 snapshots.
   */
  public static ShardStoreConfig of(Path directory) {
    return new ShardStoreConfig(directory, 64 << 20, 16L << 30, 64 << 10, 256L << 20, 1_000);
  }

  /** With another segment size. */
  public ShardStoreConfig withSegmentBytes(int bytes) {
    return new ShardStoreConfig(
        directory, bytes, indexMapBytes, stepBufferRows, diskReserveBytes, maxSnapshots);
  }

  /** With another address range of the index. */
  public ShardStoreConfig withIndexMapBytes(long bytes) {
    return new ShardStoreConfig(
        directory, segmentBytes, bytes, stepBufferRows, diskReserveBytes, maxSnapshots);
  }

  /** With another bound of the step in memory. */
  public ShardStoreConfig withStepBufferRows(int rows) {
    return new ShardStoreConfig(
        directory, segmentBytes, indexMapBytes, rows, diskReserveBytes, maxSnapshots);
  }

  /** With another reserve of free disk. */
  public ShardStoreConfig withDiskReserveBytes(long bytes) {
    return new ShardStoreConfig(
        directory, segmentBytes, indexMapBytes, stepBufferRows, bytes, maxSnapshots);
  }

  /** With another number of snapshots at once. */
  public ShardStoreConfig withMaxSnapshots(int snapshots) {
    return new ShardStoreConfig(
        directory, segmentBytes, indexMapBytes, stepBufferRows, diskReserveBytes, snapshots);
  }

  /** The most that key and value of one row, or a commit's metadata, may take together. */
  public int maxRowBytes() {
    return segmentBytes / 8;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
