package io.tidemark.store;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a store lives and how much it may take. Start from {@link #of} and change what differs.
 *
 * @param directory the shard's own directory; created when absent
 * @param segmentBytes size of one file of the log, 64 KiB to 128 MiB. Files are sparse: an empty
 *     one takes some KiB. A row (key and value) may be at most an eighth of it
 * @param diskReserveBytes writes are refused with {@link StoreException.Kind#NO_SPACE} when less
 *     than this is free: log and indexes are memory-mapped, and a mapped write to a full disk would
 *     end the process
 * @param maxSnapshots how many snapshots may be open at once
 * @param maxSnapshotAge a snapshot that has been open for longer is ended, since it keeps versions
 *     and files from being given up
 * @param retention how long after it was superseded a version can still be read, see {@link
 *     ShardStore#snapshotAt}; by the wall clock
 * @param maintenance who looks after the store; null for the one that all stores of the process
 *     share that name none
 */
public record ShardStoreConfig(
    Path directory,
    int segmentBytes,
    long diskReserveBytes,
    int maxSnapshots,
    Duration maxSnapshotAge,
    Duration retention,
    @Nullable Maintenance maintenance) {
  /** The smallest and the largest segment. */
  static final int MIN_SEGMENT_BYTES = 64 << 10;

  private static final int MAX_SEGMENT_BYTES = 128 << 20;

  /** Checks every value. */
  public ShardStoreConfig {
    require(
        segmentBytes >= MIN_SEGMENT_BYTES && segmentBytes <= MAX_SEGMENT_BYTES,
        "segmentBytes must be from 64 KiB to 128 MiB, is " + segmentBytes);
    require(
        segmentBytes % MIN_SEGMENT_BYTES == 0,
        "segmentBytes must be a multiple of 64 KiB, is " + segmentBytes);
    require(diskReserveBytes >= 0, "diskReserveBytes must not be negative, is " + diskReserveBytes);
    require(maxSnapshots >= 1, "maxSnapshots must be at least 1, is " + maxSnapshots);
    require(
        !maxSnapshotAge.isNegative() && !maxSnapshotAge.isZero(),
        "maxSnapshotAge must be positive, is " + maxSnapshotAge);
    require(!retention.isNegative(), "retention must not be negative, is " + retention);
  }

  /**
   * The defaults: 64 MiB segments, 256 MiB reserve, 1,000 snapshots of at most 10 minutes, no
   * retention, the shared maintenance.
   */
  public static ShardStoreConfig of(Path directory) {
    return new ShardStoreConfig(
        directory, 64 << 20, 256L << 20, 1_000, Duration.ofMinutes(10), Duration.ZERO, null);
  }

  /** With another segment size. */
  public ShardStoreConfig withSegmentBytes(int bytes) {
    return new ShardStoreConfig(
        directory, bytes, diskReserveBytes, maxSnapshots, maxSnapshotAge, retention, maintenance);
  }

  /** With another reserve of free disk. */
  public ShardStoreConfig withDiskReserveBytes(long bytes) {
    return new ShardStoreConfig(
        directory, segmentBytes, bytes, maxSnapshots, maxSnapshotAge, retention, maintenance);
  }

  /** With another number of snapshots at once. */
  public ShardStoreConfig withMaxSnapshots(int snapshots) {
    return new ShardStoreConfig(
        directory,
        segmentBytes,
        diskReserveBytes,
        snapshots,
        maxSnapshotAge,
        retention,
        maintenance);
  }

  /** With another limit for how long a snapshot may be open. */
  public ShardStoreConfig withMaxSnapshotAge(Duration age) {
    return new ShardStoreConfig(
        directory, segmentBytes, diskReserveBytes, maxSnapshots, age, retention, maintenance);
  }

  /** With older versions kept for some time. */
  public ShardStoreConfig withRetention(Duration time) {
    return new ShardStoreConfig(
        directory, segmentBytes, diskReserveBytes, maxSnapshots, maxSnapshotAge, time, maintenance);
  }

  /** Looked after by somebody else, who must not be closed before the store. */
  public ShardStoreConfig withMaintenance(Maintenance other) {
    return new ShardStoreConfig(
        directory, segmentBytes, diskReserveBytes, maxSnapshots, maxSnapshotAge, retention, other);
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
