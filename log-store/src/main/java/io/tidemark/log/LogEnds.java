package io.tidemark.log;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Looks up where logs end. Thread-safe.
 *
 * <p>Waiting requests share look-ups: a request joins the next look-up to begin, never one under
 * way, so that its answer was read after it asked.
 */
public interface LogEnds {
  /**
   * The high watermark of every partition of those logs, read after this call: every event that was
   * acknowledged before the call is below it, and so may be transaction markers and events of
   * transactions that are still open.
   */
  CompletableFuture<Position> ends(Set<String> logs);

  /**
   * The same, but only once so many brokers have said, also after this call, that they know no
   * later leader than the one that told the end, that no later one can have acknowledged anything
   * before the call. So it holds also when a leader that has been deposed without knowing it
   * answers. Costs the brokers that hold a partition a request each, beside that for its end; none
   * where a partition has one replica.
   *
   * @param timeout when to give up with {@link io.tidemark.schemas.ErrorCode#EPOCH_NOT_CONFIRMED}
   *     (retry later) if ends were told that could not be confirmed; with {@link
   *     io.tidemark.schemas.ErrorCode#LOG_UNAVAILABLE} if not even that. Both say which brokers
   *     were asked and what they said
   */
  CompletableFuture<Position> confirmedEnds(Set<String> logs, Duration timeout);

  /**
   * The wanted position, lowered to the reached one wherever no committed event lies between the
   * two. Transaction markers and aborted events leave such gaps, and a reader of events never gets
   * past them on its own. A partition where that is not known yet, because a transaction is open,
   * keeps its wanted offset. Costs a fetch for each partition that is not yet reached, once for
   * each gap.
   *
   * @param logs which logs the positions speak of: what is known of a gap is not known of a log
   *     that was made anew
   */
  CompletableFuture<Position> withoutGaps(LogIds logs, Position reached, Position wanted);
}
