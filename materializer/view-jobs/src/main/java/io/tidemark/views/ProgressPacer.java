package io.tidemark.views;

/**
 * When a writer tells its shards a position that it has reached. What it costs stays within bounds,
 * with many ticks as with many shards:
 *
 * <ul>
 *   <li>Shards whose rows have changed are told as soon as Kafka has acknowledged all that was told
 *       before, which takes the longer the busier everything is. So there is not more progress than
 *       rows.
 *   <li>All shards are told when {@value #LONGEST_MS} ms have passed since they were.
 * </ul>
 *
 * <p>Everything runs on the task's thread. Not thread-safe.
 */
final class ProgressPacer {
  static final int LONGEST_MS = 5;

  /** The writer, as its pacer sees it. */
  interface Writer {
    /** Tells the position to all shards, and that to {@link ProgressPacer#allTold}. */
    void tellAll();

    /** Tells it to the shards with rows that they have not been told of. */
    void tellChanged();

    /** Whether Kafka has acknowledged everything. */
    boolean isQuiet();

    /**
     * Runs that on the task's thread as soon as Kafka has acknowledged everything. Takes the place
     * of what has not run yet.
     */
    void whenQuiet(Runnable then);

    /** The time of day, which may be set back. */
    long nowMs();

    /** Runs that on the task's thread when it is that late. */
    void at(long timeMs, Runnable then);
  }

  private final Writer writer;
  private long allToldAtMs;

  /** Whether there are shards that have not been told. */
  private boolean due;

  private boolean timerPending;

  ProgressPacer(Writer writer) {
    this.writer = writer;
  }

  /** The position has moved. */
  void moved() {
    due = true;
    tellThoseDue();
  }

  /** All shards have been told, at whosever request. */
  void allTold() {
    due = false;
    allToldAtMs = writer.nowMs();
  }

  private void tellThoseDue() {
    if (!due) {
      return;
    }
    long nowMs = writer.nowMs();
    if (nowMs < allToldAtMs || nowMs - allToldAtMs >= LONGEST_MS) {
      writer.tellAll();
      return;
    }
    if (writer.isQuiet()) {
      writer.tellChanged();
    } else {
      writer.whenQuiet(this::tellThoseDue);
    }
    tellTheOthersInTime();
  }

  private void tellTheOthersInTime() {
    if (!timerPending) {
      timerPending = true;
      writer.at(
          allToldAtMs + LONGEST_MS,
          () -> {
            timerPending = false;
            tellThoseDue();
          });
    }
  }
}
