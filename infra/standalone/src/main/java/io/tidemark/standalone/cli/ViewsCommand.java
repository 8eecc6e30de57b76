package io.tidemark.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.http.ServerApi;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists views, creates and drops them. */
@Command(
    name = "views",
    description = "List the views, create or drop them.",
    subcommands = {ViewsCommand.Create.class, ViewsCommand.Drop.class})
final class ViewsCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;

  @Option(names = "--json", description = "Print the server's answer as JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ViewsCommand() {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode answer = client.api().get("/v1/views", Map.of(), null);
    if (json) {
      out.println(answer);
      return;
    }
    ViewTable.of(answer).print(out, "");
  }

  /** The name in {@code CREATE MATERIALIZED VIEW name}; a file is asked for under that name. */
  static String nameIn(String sql) {
    Matcher matcher =
        Pattern.compile(
                "\\bCREATE\\s+MATERIALIZED\\s+VIEW\\s+(?:`([^`]+)`|([A-Za-z0-9_.-]+))",
                Pattern.CASE_INSENSITIVE)
            .matcher(sql.replaceAll("--[^\\n]*", " ").replaceAll("(?s)/\\*.*?\\*/", " "));
    if (!matcher.find()) {
      throw new IllegalArgumentException("no CREATE MATERIALIZED VIEW name AS SELECT ... in it");
    }
    return matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
  }

  /** Creates views. */
  @Command(name = "create", description = "Create views, each from a file of SQL.")
  static final class Create implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private ClientOptions client;

    @Parameters(
        paramLabel = "FILE",
        arity = "1..*",
        description = "Files that each hold one CREATE MATERIALIZED VIEW.")
    private List<Path> files = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    Create() {}

    @Override
    public void run() {
      // All files are looked at before the first view is made.
      Map<String, String> statements = new LinkedHashMap<>();
      for (Path file : files) {
        String sql = InputFile.read(spec, "FILE", file);
        try {
          statements.put(nameIn(sql), sql);
        } catch (IllegalArgumentException e) {
          throw new ParameterException(spec.commandLine(), file + ": " + e.getMessage(), e);
        }
      }
      ServerApi api = client.api();
      statements.forEach(
          (view, sql) -> {
            api.put(ServerApi.path("/v1/views", List.of(view)), "application/sql", sql);
            spec.commandLine().getOut().printf("view %s is running%n", view);
          });
    }
  }

  /** Drops views. */
  @Command(name = "drop", description = "Drop views and stop their jobs.")
  static final class Drop implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private ClientOptions client;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names of the views.")
    private List<String> views = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    Drop() {}

    @Override
    public void run() {
      ServerApi api = client.api();
      for (String view : views) {
        api.delete(ServerApi.path("/v1/views", List.of(view)));
        spec.commandLine().getOut().printf("view %s is dropped%n", view);
      }
    }
  }
}
