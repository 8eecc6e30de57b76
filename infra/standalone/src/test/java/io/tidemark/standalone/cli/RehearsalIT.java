package io.tidemark.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher has a JVM do with the packaged command, and with the classes of it. */
@Tag("long")
class RehearsalIT {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  @TempDir static Path temp;
  private static Path classes;

  @BeforeAll
  static void rehearse() throws Exception {
    Path scratch = Files.createDirectory(temp.resolve("scratch"));
    classes = temp.resolve("classes.jsa");
    Outcome outcome =
        run(
            TARGET,
            List.of("-XX:ArchiveClassesAtExit=" + classes, "-Djava.io.tmpdir=" + scratch),
            "rehearse");
    assertThat(outcome.status()).as(outcome.text()).isZero();
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left.filter(file -> file.getFileName().toString().startsWith("tidemark")))
          .as("what the rehearsal has left behind")
          .isEmpty();
    }
  }

  @Test
  void aServersClassesAreInTheArchive() throws Exception {
    Path loaded = temp.resolve("loaded");
    Outcome outcome =
        run(
            TARGET,
            List.of("-XX:SharedArchiveFile=" + classes, "-Xlog:class+load:file=" + loaded),
            "--version");
    assertThat(outcome.text()).startsWith("tidemark ").hasLineCount(1);
    assertThat(Files.readString(loaded)).containsPattern("cli.Main source: shared objects file");
  }

  @Test
  void classesOfOtherJarsArePassedOverInSilence() throws Exception {
    Path other = Files.createDirectory(temp.resolve("other"));
    Files.copy(TARGET.resolve("jvm.args"), other.resolve("jvm.args"));
    Files.copy(
        TARGET.resolve("tidemark-standalone.jar"),
        other.resolve("tidemark-standalone.jar"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.createSymbolicLink(other.resolve("lib"), TARGET.resolve("lib"));
    Outcome outcome =
        run(
            other,
            List.of("-XX:SharedArchiveFile=" + classes, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"),
            "--version");
    Files.delete(other.resolve("lib"));
    assertThat(outcome.status()).isZero();
    assertThat(outcome.text()).startsWith("tidemark ").hasLineCount(1);
  }

  private record Outcome(int status, String text) {}

  private static Outcome run(Path target, List<String> options, String command)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(options);
    all.add("@" + target.resolve("jvm.args"));
    all.addAll(List.of("-jar", target.resolve("tidemark-standalone.jar").toString(), command));
    Path text = temp.resolve("text");
    Process process =
        new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(text.toFile()).start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(command).isTrue();
      return new Outcome(process.exitValue(), Files.readString(text));
    } finally {
      process.destroyForcibly();
    }
  }
}
