package io.tidemark.standalone.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.http.ServerApi;
import io.tidemark.standalone.terminal.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks for rows at each level and tabulates what the reads achieved. Not thread-safe. */
final class Answers {
  private final ServerApi api;
  private final TextTable table =
      new TextTable(List.of("ROW", "LEVEL", "FLIGHTS", "STALENESS", "PROGRESS", "TOOK"));

  Answers(ServerApi api) {
    this.api = api;
  }

  /** Reads a row at each level; the session is the one of the read before it. */
  void ask(String view, String key) {
    JsonNode first = read(view, key, "eventual", null);
    read(view, key, "session", first.path("read").path("token").asText());
    read(view, key, "strong", null);
  }

  TextTable table() {
    return table;
  }

  private JsonNode read(String view, String key, String level, @Nullable String token) {
    String path = ServerApi.path("/v1/views/" + view + "/rows", List.of(key));
    long beganNs = System.nanoTime();
    JsonNode answer = api.get(path, Map.of("consistency", level), token);
    double tookMs = (System.nanoTime() - beganNs) / 1e6;
    JsonNode read = answer.path("read");
    List<String> cells = new ArrayList<>();
    cells.add(view + "/" + key);
    cells.add(read.path("level").asText());
    cells.add(TextTable.cell(answer.path("row").path("flights")));
    cells.add(
        read.hasNonNull("stalenessMs")
            ? "at most " + read.path("stalenessMs").asText() + " ms"
            : "unknown");
    cells.add(read.path("exact").asBoolean() ? "exact" : "lower bound");
    cells.add("%.1f ms".formatted(tookMs));
    table.row(cells);
    return answer;
  }
}
