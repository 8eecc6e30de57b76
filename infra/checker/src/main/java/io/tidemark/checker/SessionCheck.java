package io.tidemark.checker;

import io.tidemark.log.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a token promises. That of an append covers its events, where the log was found to have them;
 * else all that follows would be judged by less than was promised. A read that is handed a token,
 * at a level that honours it,
 *
 * <ul>
 *   <li>gives back one that covers it;
 *   <li>reflects everything below the token handed in, in every row, of whatever key, view and
 *       replica: the session reads its own writes, and what it has learned from others' tokens;
 *   <li>if it is of one row, reflects everything below the token given back, or the next read would
 *       inherit a lie. (Rows of several shards need not all be as new as the newest of them, and
 *       the token is the newest one's, so that no later read falls behind any of them);
 *   <li>shows no row older than a read of the same session did whose token it was handed;
 *   <li>reflects each event that such a read has shown, in every row where it counts, also where
 *       that read's row ran ahead of its token: see {@link SeenEvents}.
 * </ul>
 *
 * <p>Cost: a few binary searches a row of one partition, and as many for each key that the session
 * has seen and that counts in the row; memory for each row that each session read.
 */
final class SessionCheck implements Check {
  @Override
  public void run(HistoryIndex index, Findings findings) {
    for (Known known : index.outsideTokens()) {
      findings.violation(
          "the token of the append does not cover "
              + known.event()
              + ", which the log has at "
              + known.place(),
          known.append());
    }
    Map<String, Map<List<String>, Read>> lastReads = new HashMap<>();
    Map<String, SeenEvents> seenEvents = new HashMap<>();
    for (Read read : index.reads()) {
      SeenEvents seen =
          seenEvents.computeIfAbsent(read.call().session(), session -> new SeenEvents());
      if (read.reply().level() == Level.AS_OF) {
        seen.add(index, read);
        continue;
      }
      if (read.reply().level().honoursToken()) {
        judgeToken(index, read, findings);
        seen.judge(index, read, findings);
      }
      seen.add(index, read);
      Map<List<String>, Read> ofSession =
          lastReads.computeIfAbsent(read.call().session(), session -> new HashMap<>());
      for (Row row : index.judgedRows(read)) {
        List<String> name = List.of(row.view(), row.key());
        Read earlier = ofSession.get(name);
        if (earlier == null || judgeOrder(earlier, read, row, findings)) {
          ofSession.put(name, read.only(row));
        }
      }
    }
  }

  private static void judgeToken(HistoryIndex index, Read read, Findings findings) {
    Position in = read.tokenIn();
    Position out = read.tokenOut();
    if (!out.covers(in)) {
      findings.violation(
          "the token given back, " + out + ", does not cover the one handed in, " + in,
          read.only());
    }
    Position told = read.rows().size() == 1 ? in.merge(out) : in;
    for (Row row : index.judgedRows(read)) {
      RowEvents events = index.events(row);
      Bounds bounds = Bounds.of(read).atLeast(told);
      if (events.explains(row.values(), bounds) == RowEvents.Answer.YES) {
        continue;
      }
      boolean writes =
          events.explains(row.values(), Bounds.of(read).atLeast(in)) != RowEvents.Answer.YES;
      Staleness.judge(
          events,
          read,
          row,
          writes ? Bounds.of(read).atLeast(in) : bounds,
          writes
              ? "does not reflect the token that was handed in"
              : "does not reflect the token that it gave back",
          findings);
    }
  }

  /** Whether the later read is now the one to compare with. */
  private static boolean judgeOrder(Read earlier, Read read, Row row, Findings findings) {
    Row before = earlier.rows().get(0);
    boolean notOlder = Columns.atMost(before.values(), row.values());
    boolean promised =
        read.reply().level().honoursToken()
            && earlier.call().endNs() <= read.call().startNs()
            && !earlier.tokenOut().isEmpty()
            && read.tokenIn().covers(earlier.tokenOut());
    if (promised && !notOlder) {
      findings.violation("the session reads " + row + " after " + before, earlier, read.only(row));
    }
    return notOlder;
  }
}
