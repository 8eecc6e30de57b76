package io.tidemark.checker;

import java.util.concurrent.TimeUnit;

/**
 * A bounded read reflects every event that was acknowledged more than the bound before it began;
 * and whatever the level, a staleness that an answer claims is not less than the real one: every
 * event acknowledged more than that before the read began is reflected. Time is the history's
 * monotonic clock. Cost: a few binary searches a row of one partition.
 */
final class BoundedCheck implements Check {
  @Override
  public void run(HistoryIndex index, Findings findings) {
    for (Read read : index.reads()) {
      Read.Reply reply = read.reply();
      boolean bounded = reply.level() == Level.BOUNDED && read.request().level() == Level.BOUNDED;
      for (Row row : index.judgedRows(read)) {
        if (bounded) {
          judge(
              index, read, row, read.request().boundMs(), "is staler than its bound of ", findings);
        }
        if (reply.stalenessMs() >= 0 && reply.level() != Level.AS_OF) {
          judge(index, read, row, reply.stalenessMs(), "is staler than its claim of ", findings);
        }
      }
    }
  }

  private static void judge(
      HistoryIndex index, Read read, Row row, long ms, String promise, Findings findings) {
    long before = read.call().startNs() - TimeUnit.MILLISECONDS.toNanos(ms);
    Staleness.judge(
        index.events(row),
        read,
        row,
        Bounds.of(read).ackedBefore(before),
        promise + ms + " ms",
        findings);
  }
}
