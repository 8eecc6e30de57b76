package io.tidemark.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.standalone.http.ServerApi;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "demo --help",
        "up --help",
        "logs --help",
        "logs create --help",
        "views --help",
        "views create --help",
        "views drop --help",
        "append --help",
        "get --help",
        "scan --help",
        "changes --help"
      })
  void everyCommandExplainsItself(String line) {
    assertThat(run(line.split(" "))).isZero();
    assertThat(out.toString()).startsWith("Usage: tidemark");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aCommandThatIsTheOnlyOneIsTheSameAsAmongAll() {
    CommandLine all = Main.commandLine();
    assertThat(all.getSubcommands()).hasSizeGreaterThan(10);
    all.getSubcommands()
        .forEach(
            (name, command) -> {
              CommandLine alone = Main.commandLine(name, "--help");
              assertThat(alone.getSubcommands()).containsOnlyKeys(name);
              assertThat(alone.getSubcommands().get(name).getUsageMessage())
                  .isEqualTo(command.getUsageMessage());
            });
    assertThat(Main.commandLine("--help").getSubcommands()).hasSameSizeAs(all.getSubcommands());
  }

  @Test
  void everyCommandTellsTheVersion() {
    assertThat(run("get", "--version")).isZero();
    assertThat(out.toString()).startsWith("tidemark ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dance",
        "up --http-port 99999",
        "demo --kafka-port -1",
        "up --http-port many",
        "get departures_by_origin",
        "get v k --timeout 3x",
        "append flights --key LAS",
        "append flights --key LAS --json {",
        "logs create flights",
        "logs create flights --schema /no/such/file.avsc",
        "logs --server nonsense",
        "views create /no/such/file.sql",
        "scan v --limit few",
        "changes",
        "changes v --from-start --from token"
      })
  void aWrongCommandLineIsOneLineAndStatusTwo(String line) {
    assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1).first().asString().contains("--help");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aServerThatDoesNotAnswerIsOneLineAndStatusOne() {
    assertThat(run("views", "--server", "http://127.0.0.1:1")).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "tidemark: no Tidemark server answers at http://127.0.0.1:1: start one with 'tidemark"
                + " up', or name it with --server");
  }

  @Test
  void aFileOfSqlWithoutAViewIsNamed() throws Exception {
    Path file = Files.writeString(temp.resolve("x.sql"), "SELECT 1");
    assertThat(run("views", "create", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("x.sql", "CREATE MATERIALIZED VIEW");
  }

  @Test
  void findsTheNameOfAView() {
    assertThat(ViewsCommand.nameIn("CREATE MATERIALIZED VIEW a AS SELECT 1")).isEqualTo("a");
    assertThat(
            ViewsCommand.nameIn(
                "-- CREATE MATERIALIZED VIEW no\n/* CREATE MATERIALIZED VIEW\n no */ create"
                    + " materialized\n view `b c` WITH ('x'='y') AS SELECT 1"))
        .isEqualTo("b c");
    assertThatThrownBy(() -> ViewsCommand.nameIn("SELECT 1"))
        .hasMessageContaining("CREATE MATERIALIZED VIEW");
  }

  @Test
  void escapesWhateverAKeyHolds() {
    assertThat(ServerApi.path("/v1/views/v/rows", List.of("a b", "c/d", "é?", "")))
        .isEqualTo("/v1/views/v/rows/a%20b/c%2Fd/%C3%A9%3F/");
  }

  private int run(String... arguments) {
    CommandLine commandLine = Main.commandLine(arguments);
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
