package io.tidemark.checker;

import io.tidemark.log.Position;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One read of one or more rows, of one or more views.
 *
 * @param rows one for each key that was asked for, also where there was no row, and every row that
 *     a scan gave
 * @param completeViews the views of which this read gives every row that there is
 * @param tokenIn the position of the token that was handed in; of a read at {@link Level#AS_OF}, of
 *     the token as of which it reads
 * @param tokenOut the position of the token that came back
 * @param reply what the answer said about itself
 * @param finalState whether this read was made after all appends had ended and the view had caught
 *     up: it must then show everything
 */
public record Read(
    Call call,
    Request request,
    List<Row> rows,
    Set<String> completeViews,
    Position tokenIn,
    Position tokenOut,
    Reply reply,
    boolean finalState)
    implements Operation {
  public Read {
    rows = List.copyOf(rows);
    completeViews = Set.copyOf(completeViews);
  }

  /**
   * What was asked for.
   *
   * @param boundMs the greatest staleness allowed, in milliseconds; only for {@link Level#BOUNDED}
   */
  public record Request(Level level, long boundMs) {}

  /**
   * What the answer said about itself.
   *
   * @param level the level achieved
   * @param stalenessMs the staleness claimed, in milliseconds, or -1 when none was
   * @param ordered whether each row was promised to be that of one moment, also where several
   *     partitions feed it: only then is a read at {@link Level#STRONG} linearizable for such rows
   * @param exact whether the rows are those of exactly one cut, rather than at least as new as it
   * @param cut that cut, or null when it was not told
   * @param replica who answered; for people
   */
  public record Reply(
      Level level,
      boolean ordered,
      long stalenessMs,
      boolean exact,
      @Nullable Position cut,
      String replica) {}

  /**
   * Whether all rows were promised to be of one cut. An earlier state is one only where the view
   * cut there: else its token is a lower bound, as everywhere.
   */
  boolean promisesOneCut() {
    return reply.exact() || reply.level() == Level.SNAPSHOT;
  }

  /** This read with only those of its rows, to show in a counterexample. */
  Read only(Row... shown) {
    return new Read(call, request, List.of(shown), Set.of(), tokenIn, tokenOut, reply, finalState);
  }
}
