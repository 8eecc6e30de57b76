package io.tidemark.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class HistoryFileTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();

  private int check(String... arguments) {
    return new CommandLine(new CheckCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(out, true))
        .execute(arguments);
  }

  private Path write(History history) throws IOException {
    Path file = folder.resolve("history.jsonl");
    HistoryWriter.write(history, file);
    return file;
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    for (boolean exact : new boolean[] {false, true}) {
      History history = new SimulatedSystem(42, 300, exact).run(4, true);
      assertThat(HistoryReader.read(List.of(write(history)))).isEqualTo(history);
    }
    Script script = Script.usual().unknown("w", 1, 2, Script.event("a", 1));
    script.invariants.add(LinearInvariant.equal("v", "x", "y", 1));
    History history =
        script
            .read("r", 3, 4, Level.BOUNDED)
            .bound(7)
            .claims(5)
            .complete("seq")
            .last()
            .done()
            .history();
    assertThat(HistoryReader.read(List.of(write(history)))).isEqualTo(history);
  }

  @Test
  void oneOperationALine() throws IOException {
    History history = new SimulatedSystem(42, 100, true).run(4, false);
    assertThat(Files.readAllLines(write(history)))
        .hasSize(history.models().size() + history.appends().size() + history.reads().size())
        .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
  }

  @Test
  void aCleanHistoryEndsWithStatusZero() throws IOException {
    Path file = write(new SimulatedSystem(42, 300, true).run(4, true));
    assertThat(check(file.toString())).as(out::toString).isZero();
    assertThat(out.toString()).contains("violations: 0").contains("snapshot");
  }

  @Test
  void aViolationEndsWithStatusOneAndIsShown() throws IOException {
    Path file =
        write(
            Script.usual()
                .ok("w", 1, 5, Script.event("a", 1), 0, 0)
                .read("r", 6, 7, Level.STRONG)
                .seq("a", 0)
                .done()
                .history());
    assertThat(check(file.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("a1 (l/a #1").contains("violations: 1");
    assertThat(check(file.toString(), "--levels", "session,bounded")).isZero();
  }

  @Test
  void badInputEndsWithStatusTwoAndSaysWhere() throws IOException {
    Path file = folder.resolve("bad.jsonl");
    Files.writeString(
        file, "{\"type\":\"scanned\",\"log\":\"l\"}\n{\"type\":\"read\",\"session\":\"s\"}\n");
    assertThat(check(file.toString())).isEqualTo(2);
    assertThat(out.toString()).contains("bad.jsonl:2").contains("'startNs' is missing");
    assertThat(check(folder.resolve("none").toString())).isEqualTo(2);
    assertThat(check(file.toString(), "--levels", "stronger")).isEqualTo(2);
    assertThat(out.toString()).contains("'stronger' cannot be checked");
    assertThat(check()).isEqualTo(2);
  }

  @Test
  void brokenLinesAreNamed() throws IOException {
    for (String line :
        List.of(
            "{\"type\":\"scanned\"",
            "{\"type\":\"nothing\"}",
            "[1]",
            "null",
            "{\"type\":\"view\",\"view\":\"v\",\"log\":\"l\",\"by\":\"KEY\",\"columns\":[1]}",
            "{\"type\":\"logged\",\"log\":\"l\",\"partition\":99999999999,\"offset\":1,\"event\":\"e\"}")) {
      Path file = folder.resolve("broken.jsonl");
      Files.writeString(file, "{\"type\":\"scanned\",\"log\":\"l\"}\n" + line + "\n");
      assertThatThrownBy(() -> HistoryReader.read(List.of(file)))
          .as(line)
          .isInstanceOf(TidemarkException.class)
          .hasMessageContaining("broken.jsonl:2");
    }
  }
}
