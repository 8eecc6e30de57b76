package io.tidemark.log;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Looks up where logs end, as a read_committed reader sees it. Thread-safe.
 *
 * <p>Waiting requests share look-ups: a request joins the next look-up to begin, never one under
 * way, so that its answer was read after it asked.
 */
public interface LogEnds {
  /**
   * The end of every partition of those logs, read after this call: every event that was
   * acknowledged before the call is below it.
   */
  CompletableFuture<Position> ends(Set<String> logs);

  /**
   * The wanted position, lowered to the reached one wherever no committed event lies between the
   * two. Transaction markers and aborted events leave such gaps, and a reader of events never gets
   * past them on its own. Costs a fetch for each partition that is not yet reached, once for each
   * gap.
   */
  CompletableFuture<Position> withoutGaps(Position reached, Position wanted);
}
