package io.tidemark.bench.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Under which conditions a run was made: a list in Markdown. */
public final class Conditions {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private final Path home;
  private final Path directory;
  private final Instant began;

  /**
   * Those of a run that has begun.
   *
   * @param home the working copy that was built
   * @param directory where the data is
   */
  public Conditions(Path home, Path directory, Instant began) {
    this.home = home;
    this.directory = directory;
    this.began = began;
  }

  /**
   * The list.
   *
   * @param jvms how the JVMs ran whose work was measured, for the reader
   * @param versions of what was measured, beside Tidemark: name and version each
   * @param effort how much was measured, for the reader
   */
  public String markdown(Instant ended, String jvms, List<String> versions, String effort)
      throws IOException {
    return """
        - Machine: %s, %d processors, %d GiB of memory, %s %s, data on %s
        - JVM: %s %s, %s
        - Versions: Tidemark %s at commit %s, %s
        - Effort: %s
        - Date: %s, %d minutes
        """
        .formatted(
            processor(),
            Runtime.getRuntime().availableProcessors(),
            memoryBytes() >> 30,
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            Files.getFileStore(directory).type(),
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"),
            jvms,
            new Build().version("tidemark"),
            commit(),
            String.join(", ", versions),
            effort,
            TIME.format(began),
            Duration.between(began, ended).toMinutes());
  }

  private static String processor() throws IOException {
    return valueAfter(Path.of("/proc/cpuinfo"), "model name");
  }

  /** All memory of the machine. */
  public static long memoryBytes() throws IOException {
    String kib = valueAfter(Path.of("/proc/meminfo"), "MemTotal").replace(" kB", "");
    return Long.parseLong(kib) << 10;
  }

  private static String valueAfter(Path file, String name) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown " + name);
  }

  private String commit() throws IOException {
    String commit = git("rev-parse", "--short=12", "HEAD");
    if (commit.isEmpty()) {
      return "unknown";
    }
    // Documents are not measured, and the page before this one has just become one of them.
    return git("status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)docs")
            .isEmpty()
        ? commit
        : commit + " with uncommitted changes";
  }

  /** The first line of what git says; empty where this is no repository. */
  private String git(String... arguments) throws IOException {
    ProcessBuilder command = new ProcessBuilder("git", "-C", home.toString());
    command.command().addAll(List.of(arguments));
    Process process;
    try {
      process = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      // No git on this machine.
      return "";
    }
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      return line == null ? "" : line;
    }
  }
}
