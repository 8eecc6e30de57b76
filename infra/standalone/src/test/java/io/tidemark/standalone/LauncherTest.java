package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a working copy and with a JDK that are both made up: its JVM tells the arguments
 * that it was started with, and its build makes an empty jar.
 */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../../tidemark").toAbsolutePath().normalize();
  private static final String JVM =
      """
      #!/bin/sh
      case "$1" in
        -version) echo 'openjdk version "17.0.1"' >&2; exit ;;
        -XX:ArchiveClassesAtExit=*)
          for last; do :; done
          echo "$last" >>"$(dirname "$0")/archived"
          [ -e "$(dirname "$0")/fails" ] && exit 1
          echo classes >"${1#*=}"
          exit ;;
        -XX:SharedArchiveFile=*)
          [ -e "$(dirname "$0")/refuses" ] && exit 134 ;;
      esac
      printf '%s\\n' "$@"
      """;
  private static final String BUILD =
      """
      #!/bin/sh
      mkdir -p infra/standalone/target && : >infra/standalone/target/tidemark-standalone.jar
      """;

  private static final String NOT_REHEARSED =
      "tidemark: starts take longer than they could: rehearsing one failed";

  @TempDir Path temp;
  private Path home;
  private Path jdk;

  private record Outcome(int status, List<String> out, String err) {}

  @BeforeEach
  void makeUp() throws IOException {
    home = temp.resolve("a working copy");
    for (String folder :
        List.of(".mvn", "schemas", "log-store", "materializer", "query-api", "infra")) {
      Files.createDirectories(home.resolve(folder));
    }
    Files.writeString(home.resolve("pom.xml"), "");
    executable(home.resolve("mvnw"), BUILD);
    executable(home.resolve("tidemark"), Files.readString(LAUNCHER));
    jdk = makeUpJdk("jdk");
    // Older than anything that is built from it.
    Files.setLastModifiedTime(
        home.resolve("pom.xml"), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
  }

  private Path makeUpJdk(String name) throws IOException {
    Path made = temp.resolve(name);
    executable(made.resolve("bin/java"), JVM);
    executable(made.resolve("bin/javac"), "#!/bin/sh\n");
    return made;
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void whatIsBuiltIsRehearsedOnceAndTheClassesAreUsed() throws Exception {
    assertThat(launch("up", "--data", "a b").out())
        .containsExactly(
            "-XX:SharedArchiveFile=" + classes(),
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0",
            "-Xlog:cds=off",
            "-Xlog:cds+dynamic=off",
            "@" + target("jvm.args"),
            "@" + target("server.args"),
            "-Dmine=1",
            "-Dmine=2",
            "-jar",
            target("tidemark-standalone.jar").toString(),
            "up",
            "--data",
            "a b");
    assertThat(launch("node", "--data", "d").out())
        .containsSequence(
            "@" + target("server.args"), "@" + target("node.args"), "-Dmine=1", "-Dmine=2", "-jar");
    assertThat(launch("get", "v", "k").out())
        .contains("-XX:SharedArchiveFile=" + classes(), "-XX:TieredStopAtLevel=1")
        .doesNotContain("@" + target("server.args"))
        .endsWith("get", "v", "k");
    assertThat(jdk.resolve("bin/archived")).hasContent("rehearse");
    assertThat(target("")).isDirectoryNotContaining("glob:**/classes.jsa.[0-9]*");
  }

  @Test
  void aRehearsalThatFailsIsDoneWithout() throws Exception {
    Files.writeString(jdk.resolve("bin/fails"), "");
    assertStartsWithout(NOT_REHEARSED);
  }

  @Test
  void classesThatTheJvmCannotBeStartedWithAreNotKept() throws Exception {
    Files.writeString(jdk.resolve("bin/refuses"), "");
    assertStartsWithout(NOT_REHEARSED);
    assertThat(target("")).isDirectoryNotContaining("glob:**/classes.*");
  }

  @Test
  void classesThatWereCutShortAreNotUsed() throws Exception {
    launch("up");
    Files.writeString(classes(), "clas");
    assertStartsWithout();
  }

  @Test
  void classesThatAreGoneAreDoneWithout() throws Exception {
    launch("up");
    Files.delete(classes());
    assertStartsWithout();
  }

  @Test
  void classesThatWereNotWrittenToTheirEndAreNotUsed() throws Exception {
    launch("up");
    Files.delete(target("classes.jsa.of"));
    assertStartsWithout();
  }

  @Test
  void classesOfAnotherJdkAreNotUsed() throws Exception {
    launch("up");
    jdk = makeUpJdk("another");
    assertStartsWithout();
  }

  @Test
  void whatIsBuiltAnewIsRehearsedAnew() throws Exception {
    launch("up");
    Files.setLastModifiedTime(
        home.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(3600)));
    Files.writeString(jdk.resolve("bin/fails"), "");
    assertStartsWithout(NOT_REHEARSED);
    assertThat(jdk.resolve("bin/archived")).hasContent("rehearse\nrehearse");
  }

  @Test
  void whatSomebodyElseHasBuiltIsRehearsedAnew() throws Exception {
    launch("up");
    Files.setLastModifiedTime(
        target("tidemark-standalone.jar"), FileTime.from(Instant.now().plusSeconds(3600)));
    assertThat(launch("up").out()).contains("-XX:SharedArchiveFile=" + classes());
    assertThat(jdk.resolve("bin/archived")).hasContent("rehearse\nrehearse");
  }

  private void assertStartsWithout(String... told) throws Exception {
    Outcome outcome = launch("up");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .noneMatch(argument -> argument.contains("SharedArchiveFile"))
        .startsWith("@" + target("jvm.args"))
        .endsWith("up");
    assertThat(
            outcome
                .err()
                .lines()
                .filter(line -> !line.contains("tidemark: building"))
                .map(line -> line.replaceAll(" \\(log: .*", "")))
        .containsExactly(told);
  }

  private Path target(String file) {
    return home.resolve("infra/standalone/target").resolve(file);
  }

  private Path classes() {
    return target("classes.jsa");
  }

  private Outcome launch(String... arguments) throws Exception {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    List<String> command = new ArrayList<>(List.of(home.resolve("tidemark").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().put("TIDEMARK_JAVA_OPTS", "-Dmine=1 -Dmine=2");
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), Files.readAllLines(out), Files.readString(err));
  }
}
