package io.tidemark.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.terminal.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows people the list of views: whatever plain values the server says about each of them. */
final class ViewTable {
  private ViewTable() {}

  static TextTable of(JsonNode answer) {
    List<String> columns = new ArrayList<>();
    for (JsonNode view : answer.path("views")) {
      view.fields()
          .forEachRemaining(
              field -> {
                boolean plain = field.getValue().isValueNode() && !field.getKey().equals("sql");
                if (plain && !columns.contains(field.getKey())) {
                  columns.add(field.getKey());
                }
              });
    }
    TextTable table =
        new TextTable(columns.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
    for (JsonNode view : answer.path("views")) {
      table.row(columns.stream().map(column -> TextTable.cell(view.path(column))).toList());
    }
    return table;
  }
}
