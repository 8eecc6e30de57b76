package io.tidemark.checker;

import io.tidemark.log.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A read as of a token reflects everything below the token that it asks for. If it is of one row,
 * it reflects what is below the token that it gives back, and that token names the state that was
 * shown: the same replica, asked as of it, shows the row again. (A token that came with many rows
 * names states of several shards together; asked for again, one of them may have to be a later
 * one.) Cost: a few binary searches a row of one partition; memory for each row read with a token
 * of its own.
 */
final class AsOfCheck implements Check {
  /** A row of a replica as of a token. */
  private record State(String replica, String view, String key, Position token) {}

  @Override
  public void run(HistoryIndex index, Findings findings) {
    Map<State, Read> shown = new HashMap<>();
    for (Read read : index.reads()) {
      if (read.reply().level() != Level.AS_OF) {
        continue;
      }
      List<Row> rows = index.judgedRows(read);
      for (Row row : rows) {
        judgeBound(index, read, row, read.tokenIn(), "the token that it was asked for", findings);
      }
      if (rows.size() == 1) {
        judgeBound(
            index, read, rows.get(0), read.tokenOut(), "the token that it gave back", findings);
        judgeAgain(read, rows.get(0), shown, findings);
      }
    }
  }

  private static void judgeBound(
      HistoryIndex index, Read read, Row row, Position token, String what, Findings findings) {
    if (!token.isEmpty()) {
      Staleness.judge(
          index.events(row),
          read,
          row,
          Bounds.of(read).atLeast(token),
          "does not reflect " + what,
          findings);
    }
  }

  private static void judgeAgain(Read read, Row row, Map<State, Read> shown, Findings findings) {
    String replica = read.reply().replica();
    Read first = shown.get(new State(replica, row.view(), row.key(), read.tokenIn()));
    if (first != null && !first.rows().get(0).equals(row)) {
      findings.violation(
          "as of the same token " + replica + " showed " + first.rows().get(0) + " and then " + row,
          first,
          read.only(row));
    }
    shown.putIfAbsent(new State(replica, row.view(), row.key(), read.tokenOut()), read.only(row));
  }
}
