package io.tidemark.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.http.ServerApi;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads one row. */
@Command(name = "get", description = "Read one row of a view.")
final class GetCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;
  @Mixin private ReadOptions read;

  @Parameters(index = "0", paramLabel = "VIEW", description = "The view.")
  private String view;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "KEY",
      description = "The columns of the key, in their order.")
  private List<String> key = new ArrayList<>();

  @Option(names = "--json", description = "Print the server's answer as JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  GetCommand() {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    String path = ServerApi.path(ServerApi.path("/v1/views", List.of(view)) + "/rows", key);
    JsonNode answer = client.api().get(path, read.parameters(), read.token());
    if (json) {
      out.println(answer);
      return;
    }
    JsonNode row = answer.path("row");
    if (row.isObject()) {
      ReadResult.rows(List.of(row)).print(out, "");
    } else {
      out.printf("no row in %s has the key %s%n", view, String.join(" ", key));
    }
    ReadResult.tellAchieved(answer.path("read"), spec.commandLine().getErr());
  }
}
