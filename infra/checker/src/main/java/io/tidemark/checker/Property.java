package io.tidemark.checker;

import java.util.Locale;

/** What a history is judged for. */
public enum Property {
  /** Every value was true at some time: some prefix of each partition, and nothing else. */
  EVENTUAL,
  /** Bounded staleness, and every staleness that was claimed. */
  BOUNDED,
  /** Read-your-writes, monotonic reads, and honest tokens. */
  SESSION,
  /** Linearizable, row by row. */
  STRONG,
  /** Earlier states: not before the token that names them, and the same when asked for again. */
  AS_OF,
  /** All rows of one read at one cut. */
  SNAPSHOT,
  /** What changes together is seen together. */
  STEP,
  /** No phantom, no loss and no doubling once all is quiet. */
  FINAL_STATE,
  /** No answer is weaker than what was asked for. */
  LEVEL;

  /** The name on the command line and in reports. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A new check of this property. */
  Check check() {
    return switch (this) {
      case EVENTUAL -> new EventualCheck();
      case BOUNDED -> new BoundedCheck();
      case SESSION -> new SessionCheck();
      case STRONG -> new StrongCheck();
      case AS_OF -> new AsOfCheck();
      case SNAPSHOT -> new SnapshotCheck();
      case STEP -> new StepCheck();
      case FINAL_STATE -> new FinalStateCheck();
      case LEVEL -> new LevelCheck();
    };
  }
}
