package io.tidemark.server;

import io.tidemark.log.Token;
import org.jspecify.annotations.Nullable;

/**
 * How a request wants to read.
 *
 * @param token what the reader has seen or written before
 * @param maxStalenessMs how stale the rows may be at {@link Level#BOUNDED}; 0 for other levels
 * @param timeoutMs how long the request may wait
 * @param arrivedNs when the request arrived, by {@link System#nanoTime}
 */
record ReadOptions(
    Level level, @Nullable Token token, long maxStalenessMs, long timeoutMs, long arrivedNs) {
  static final int MAX_STALENESS_MS = 24 * 3600 * 1000;
  static final long DEFAULT_TIMEOUT_MS = 5_000;
  static final long MAX_TIMEOUT_MS = 60_000;

  /** How much longer the request may wait; never negative. */
  long remainingMs() {
    long elapsedMs = (System.nanoTime() - arrivedNs) / 1_000_000;
    return Math.max(0, timeoutMs - elapsedMs);
  }
}
