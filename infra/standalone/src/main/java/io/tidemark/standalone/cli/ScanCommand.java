package io.tidemark.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.http.ServerApi;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads rows in the order of their keys. */
@Command(name = "scan", description = "Read rows of a view in the order of their keys.")
final class ScanCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;
  @Mixin private ReadOptions read;

  @Parameters(paramLabel = "VIEW", description = "The view.")
  private String view;

  @Option(names = "--prefix", description = "Begin of the first key column.")
  private @Nullable String prefix;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "Most rows to read, up to 1,000 (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(names = "--cursor", description = "Where to go on: what the scan before printed.")
  private @Nullable String cursor;

  @Option(names = "--json", description = "Print the server's answer as JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ScanCommand() {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, String> parameters = read.parameters();
    parameters.put("limit", Integer.toString(limit));
    if (prefix != null) {
      parameters.put("prefix", prefix);
    }
    if (cursor != null) {
      parameters.put("cursor", cursor);
    }
    String path = ServerApi.path("/v1/views", List.of(view)) + "/rows";
    JsonNode answer = client.api().get(path, parameters, read.token());
    if (json) {
      out.println(answer);
      return;
    }
    List<JsonNode> rows = new ArrayList<>();
    answer.path("rows").forEach(entry -> rows.add(entry.path("row")));
    ReadResult.rows(rows).print(out, "");
    PrintWriter err = spec.commandLine().getErr();
    ReadResult.tellAchieved(answer.path("read"), err);
    if (answer.hasNonNull("cursor")) {
      err.printf("more rows: --cursor %s%n", answer.path("cursor").asText());
    }
  }
}
