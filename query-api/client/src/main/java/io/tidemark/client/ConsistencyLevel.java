package io.tidemark.client;

import java.util.Locale;

/** What a read is promised. */
public enum ConsistencyLevel {
  /** Some state that was true, at once. */
  EVENTUAL,
  /**
   * Every event that was acknowledged longer ago than {@link TidemarkClient#withMaxStaleness} says,
   * and everything that this client has appended or seen; waits for it.
   */
  BOUNDED,
  /** Everything that this client has appended or seen; waits for it. */
  SESSION,
  /**
   * Every event that was acknowledged to anyone before the read; waits for it. See also {@link
   * TidemarkClient#withConfirmedEpoch} and {@link TidemarkClient#withConfirmedOrder}.
   */
  STRONG,
  /**
   * All rows at one exact cut, which covers what this client has appended or seen; waits for it.
   * Only for views whose progress is exact.
   */
  SNAPSHOT;

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
