package io.tidemark.log.changelog;

import io.tidemark.schemas.control.EpochStart;

/** Which of two writers of a shard wins. */
public final class EpochOrder {
  private EpochOrder() {}

  /**
   * Whether an epoch that begins later in the log takes over from the current one. A lower
   * (generation, restored checkpoint) is refused: it is an older job that woke up late. On a tie
   * the later one wins: the same job has restarted.
   */
  public static boolean supersedes(EpochStart later, EpochStart current) {
    int byGeneration = Long.compare(later.getGeneration(), current.getGeneration());
    return byGeneration > 0
        || (byGeneration == 0 && later.getRestoredCheckpoint() >= current.getRestoredCheckpoint());
  }
}
