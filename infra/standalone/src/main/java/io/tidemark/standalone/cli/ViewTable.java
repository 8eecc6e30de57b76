package io.tidemark.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.terminal.TextTable;
import java.util.List;
import java.util.Locale;

/** Shows people the list of views and how they are doing. */
final class ViewTable {
  private ViewTable() {}

  static TextTable of(JsonNode answer) {
    TextTable table =
        new TextTable(
            List.of("VIEW", "VERSION", "STATE", "JOB", "PROGRESS", "SHARDS", "LAG", "SKIPPED", ""));
    for (JsonNode view : answer.path("views")) {
      long lag = 0;
      for (JsonNode replica : view.path("replicas")) {
        lag += replica.path("lag").asLong();
      }
      JsonNode job = view.path("job");
      table.row(
          List.of(
              TextTable.cell(view.path("view")),
              "v" + view.path("version").asText(),
              TextTable.cell(view.path("state")),
              job.path("state").asText().toLowerCase(Locale.ROOT),
              TextTable.cell(view.path("progress")),
              TextTable.cell(view.path("shards")),
              Long.toString(lag),
              TextTable.cell(view.path("skippedEvents")),
              job.path("message").asText()));
    }
    return table;
  }
}
