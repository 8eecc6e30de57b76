package io.tidemark.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.standalone.http.ServerApi;
import io.tidemark.standalone.terminal.TextTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists logs and creates them. */
@Command(
    name = "logs",
    description = "List the logs, or create one.",
    subcommands = LogsCommand.Create.class)
final class LogsCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;

  @Option(names = "--json", description = "Print the server's answer as JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  LogsCommand() {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode answer = client.api().get("/v1/logs", Map.of(), null);
    if (json) {
      out.println(answer);
      return;
    }
    TextTable table = new TextTable(List.of("LOG", "PARTITIONS", "REPLICATION", "SCHEMA"));
    for (JsonNode log : answer.path("logs")) {
      table.row(
          List.of(
              TextTable.cell(log.path("log")),
              TextTable.cell(log.path("partitions")),
              TextTable.cell(log.path("replication")),
              log.path("schema").path("name").asText()
                  + " v"
                  + log.path("schemaVersion").asText()));
    }
    table.print(out, "");
  }

  /** Creates a log. */
  @Command(name = "create", description = "Create a log.")
  static final class Create implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private ClientOptions client;

    @Parameters(paramLabel = "NAME", description = "Name of the log.")
    private String name;

    @Option(
        names = "--schema",
        required = true,
        paramLabel = "FILE",
        description = "Avro schema of the events, a .avsc file.")
    private Path schema;

    @Option(
        names = "--partitions",
        paramLabel = "N",
        defaultValue = "1",
        description = "Partitions; cannot be changed later (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    Create() {}

    @Override
    public void run() {
      ObjectNode body = ServerApi.JSON.createObjectNode();
      body.put("schema", InputFile.read(spec, "--schema", schema));
      body.put("partitions", partitions);
      client
          .api()
          .put(ServerApi.path("/v1/logs", List.of(name)), "application/json", body.toString());
      spec.commandLine().getOut().printf("log %s is there%n", name);
    }
  }
}
