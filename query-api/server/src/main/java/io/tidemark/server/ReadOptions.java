package io.tidemark.server;

import io.tidemark.log.Token;
import org.jspecify.annotations.Nullable;

/**
 * How a request wants to read.
 *
 * @param token what the reader has seen or written before
 * @param timeoutMs how long the request may wait
 * @param arrivedNs when the request arrived, by {@link System#nanoTime}
 */
record ReadOptions(Level level, @Nullable Token token, long timeoutMs, long arrivedNs) {
  static final long DEFAULT_TIMEOUT_MS = 5_000;
  static final long MAX_TIMEOUT_MS = 60_000;
}
