package io.tidemark.checker;

import io.tidemark.checker.RowEvents.Answer;
import io.tidemark.log.Position;
import java.util.List;

/**
 * All rows of one read that promises it, of however many keys, shards and views, are of one cut:
 * exactly what is below one offset of each partition. When the answer tells its cut, it must be
 * that one; else {@link CutSearch} looks for any. Cost: a few binary searches a row where one
 * partition feeds it or the cut was told; a search otherwise.
 */
final class SnapshotCheck implements Check {
  @Override
  public void run(HistoryIndex index, Findings findings) {
    for (Read read : index.reads()) {
      if (read.promisesOneCut()) {
        Position cut = read.reply().cut();
        if (cut == null) {
          searchCut(index, read, findings);
        } else {
          judgeCut(index, read, cut, findings);
        }
      }
    }
  }

  private static void judgeCut(HistoryIndex index, Read read, Position cut, Findings findings) {
    for (Row row : index.judgedRows(read)) {
      RowEvents events = index.events(row);
      Answer answer = events.explains(row.values(), Bounds.of(read).exactly(cut));
      if (answer == Answer.UNDECIDED) {
        findings.undecided();
      } else if (answer == Answer.NO) {
        long[] value = events.most(Bounds.of(read).exactly(cut));
        findings.violation(
            row
                + " is not of the cut "
                + cut
                + " that the read names, where it was "
                + new Row(row.view(), row.key(), value),
            read.only(row));
      }
    }
  }

  private static void searchCut(HistoryIndex index, Read read, Findings findings) {
    List<Row> rows = index.judgedRows(read);
    if (rows.size() < 2) {
      return;
    }
    CutSearch search = new CutSearch(rows, rows.stream().map(index::events).toList(), read);
    switch (search.decide()) {
      case YES -> {}
      case UNDECIDED -> findings.undecided();
      case NO ->
          findings.violation(
              "no cut explains these rows of one read" + search.why(),
              read.only(search.conflict().toArray(new Row[0])));
    }
  }
}
