package io.tidemark.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.terminal.TextTable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows people what a read brought. */
final class ReadResult {
  private ReadResult() {}

  /** The rows as a table with a column for each of theirs. */
  static TextTable rows(List<JsonNode> rows) {
    List<String> columns = new ArrayList<>();
    if (!rows.isEmpty()) {
      rows.get(0).fieldNames().forEachRemaining(columns::add);
    }
    TextTable table =
        new TextTable(columns.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
    for (JsonNode row : rows) {
      table.row(columns.stream().map(column -> TextTable.cell(row.path(column))).toList());
    }
    return table;
  }

  /** What the read achieved, beside the rows, so that a script need not take it apart from them. */
  static void tellAchieved(JsonNode read, PrintWriter err) {
    err.printf(
        "%s%s, %s, %s%n",
        read.path("level").asText(),
        read.has("confirmed") ? " (" + read.path("confirmed").asText() + " confirmed)" : "",
        read.hasNonNull("stalenessMs")
            ? "at most " + read.path("stalenessMs").asText() + " ms stale"
            : "staleness unknown",
        read.path("exact").asBoolean() ? "exact" : "a lower bound: newer events may show");
    err.printf("token: %s%n", read.path("token").asText());
    err.flush();
  }
}
