package io.tidemark.checker;

/** What a client knows about an operation once it has stopped waiting for it. */
public enum Outcome {
  /** It was acknowledged: an append is in the log for good, a read has an answer. */
  OK,
  /** It certainly had no effect. */
  FAILED,
  /** It may have had its effect, may have it later, or never: a time-out, a lost connection. */
  UNKNOWN
}
