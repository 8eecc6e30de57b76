package io.tidemark.bench.run;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown. For one thread. */
public final class Table {
  private final StringBuilder text = new StringBuilder();

  /** A table with that head and no rows yet. */
  public Table(List<String> head) {
    row(head);
    row(head.stream().map(any -> "---").toList());
  }

  /** Adds a row, which has as many cells as the head. */
  public void row(List<String> cells) {
    // A bar would end the cell.
    List<String> escaped = new ArrayList<>(cells);
    escaped.replaceAll(cell -> cell.replace("|", "\\|"));
    text.append("| ").append(String.join(" | ", escaped)).append(" |\n");
  }

  /** All lines. */
  public String markdown() {
    return text.toString();
  }
}
