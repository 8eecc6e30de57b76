package io.tidemark.checker;

/** What one client did, from the call to the answer. */
public sealed interface Operation permits Append, Read {
  /** Who did it, when, and how it ended. */
  Call call();

  /**
   * The part that appends and reads have in common.
   *
   * @param session the client, which does one thing at a time
   * @param startNs when it was invoked, on the clock that all clients of the history share
   * @param endNs when the client stopped waiting for it
   * @param startMs when it was invoked, in wall-clock time: for people, and to find it in other
   *     logs; no check relies on it, since a clock that was set would accuse the innocent
   * @param outcome what the client knows
   */
  record Call(String session, long startNs, long endNs, long startMs, Outcome outcome) {
    public Call {
      if (endNs < startNs) {
        throw new IllegalArgumentException(
            "an operation of " + session + " ends at " + endNs + " but begins at " + startNs);
      }
    }
  }
}
