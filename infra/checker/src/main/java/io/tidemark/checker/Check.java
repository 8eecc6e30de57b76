package io.tidemark.checker;

/** Judges a history for one property. */
interface Check {
  /** Adds every violation to the findings; finds nothing when the property holds. */
  void run(HistoryIndex index, Findings findings);
}
