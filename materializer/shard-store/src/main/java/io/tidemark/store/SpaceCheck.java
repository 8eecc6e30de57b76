package io.tidemark.store;

/** Refuses to write when the disk is nearly full; asks the operating system only now and then. */
final class SpaceCheck {
  private static final long MAX_INTERVAL_BYTES = 64L << 20;

  private final StoreDirectory directory;
  private final long reserveBytes;
  private final long interval;
  private long unchecked = Long.MAX_VALUE / 2;

  SpaceCheck(StoreDirectory directory, long reserveBytes) {
    this.directory = directory;
    this.reserveBytes = reserveBytes;
    this.interval = Math.max(1, Math.min(reserveBytes / 4, MAX_INTERVAL_BYTES));
  }

  /**
   * To be called before bytes are appended.
   *
   * @throws StoreException NO_SPACE
   */
  void beforeWriting(int bytes) {
    if (unchecked >= interval) {
      directory.checkSpace(reserveBytes);
      unchecked = 0;
    }
    // Of the reserve some goes into the indexes.
    unchecked += 2L * (LogRecord.FIXED_BYTES + bytes);
  }

  /**
   * To be called before compaction copies a segment. It may go deeper into the reserve than the
   * writer, since it is what makes room.
   *
   * @throws StoreException NO_SPACE
   */
  void beforeUpkeep() {
    directory.checkSpace(reserveBytes / 2);
  }
}
