package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.Token;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a request wants to read.
 *
 * @param token what the reader has seen or written before
 * @param maxStalenessMs how stale the rows may be at {@link Level#BOUNDED}; 0 for other levels
 * @param confirmations what a read at {@link Level#STRONG} must make sure of besides; empty for
 *     other levels
 * @param timeoutMs how long the request may wait
 * @param cut the cut that a snapshot goes on with; {@code null} for any
 * @param asOf the state that a read at {@link Level#AS_OF} wants; {@code null} for other levels
 * @param arrivedNs when the request arrived, by {@link System#nanoTime}
 */
record ReadOptions(
    Level level,
    @Nullable Token token,
    long maxStalenessMs,
    Set<Confirmation> confirmations,
    long timeoutMs,
    @Nullable Position cut,
    @Nullable AsOf asOf,
    long arrivedNs) {
  static final int MAX_STALENESS_MS = 24 * 3600 * 1000;
  static final long DEFAULT_TIMEOUT_MS = 5_000;
  static final long MAX_TIMEOUT_MS = 60_000;

  /** The same with another token. */
  ReadOptions withToken(Token other) {
    return new ReadOptions(
        level, other, maxStalenessMs, confirmations, timeoutMs, cut, asOf, arrivedNs);
  }

  /** The same at that cut and no other. */
  ReadOptions atCut(Position other) {
    return new ReadOptions(
        level, token, maxStalenessMs, confirmations, timeoutMs, other, asOf, arrivedNs);
  }

  /** The same as of that state. */
  ReadOptions at(AsOf other) {
    return new ReadOptions(
        level, token, maxStalenessMs, confirmations, timeoutMs, cut, other, arrivedNs);
  }

  /**
   * What must be reflected at least. A page of a snapshot is part of a read that began before: what
   * its reader has seen since is not demanded of it.
   */
  @Nullable Token demanded() {
    if (asOf != null) {
      return asOf.token();
    }
    return cut == null ? token : null;
  }

  /** The offsets that the request names and that must be reflected; {@code null} for none. */
  @Nullable Position named() {
    if (asOf != null) {
      return asOf.named();
    }
    Token demanded = demanded();
    return demanded == null ? null : demanded.position();
  }

  /** Whether the read must make sure of that. */
  boolean confirms(Confirmation wanted) {
    return confirmations.contains(wanted);
  }

  /** How much longer the request may wait; never negative. */
  long remainingMs() {
    long elapsedMs = (System.nanoTime() - arrivedNs) / 1_000_000;
    return Math.max(0, timeoutMs - elapsedMs);
  }
}
