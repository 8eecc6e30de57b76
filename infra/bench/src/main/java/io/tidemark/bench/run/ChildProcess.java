package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that is measured. What it prints goes to a file. It ends with this process, however
 * that is told to end. For one thread, except {@link #close}.
 */
public final class ChildProcess implements AutoCloseable {
  private static final int POLL_MS = 5;
  private static final int STOP_S = 20;
  private static final int SHOWN_LINES = 30;

  private final Process process;
  private final Path output;
  private final Thread killer;

  private ChildProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
    this.killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /**
   * Starts it and returns at once.
   *
   * @param output the file that takes what it prints, made anew
   * @throws IOException when the program cannot be started
   */
  public static ChildProcess start(List<String> command, Path output) throws IOException {
    Files.createDirectories(output.toAbsolutePath().getParent());
    return new ChildProcess(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start(),
        output);
  }

  /**
   * Runs a program to its end; returns what it has printed.
   *
   * @param output the file that takes that, made anew
   * @throws IOException when it cannot be started, takes too long, or ends with another code than 0
   */
  public static String run(List<String> command, Path output, Duration limit)
      throws IOException, InterruptedException {
    try (ChildProcess child = start(command, output)) {
      if (!child.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "'%s' did not end within %d s:%s"
                .formatted(String.join(" ", command), limit.toSeconds(), child.tail()));
      }
      if (child.process.exitValue() != 0) {
        throw new IOException(
            "'%s' ended with %d:%s"
                .formatted(String.join(" ", command), child.process.exitValue(), child.tail()));
      }
      return child.printed();
    }
  }

  /** The command of a JVM as this one, with the same class path. */
  public static List<String> java(List<String> options, Class<?> mainClass, List<String> args) {
    return List.of(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
            options,
            List.of("-cp", System.getProperty("java.class.path"), mainClass.getName()),
            args)
        .stream()
        .flatMap(List::stream)
        .toList();
  }

  /** Options of a JVM that takes its classes from a file which {@link #keepClasses} has written. */
  public static List<String> usingClasses(Path file) {
    return List.of(
        "-XX:SharedArchiveFile=" + file,
        "-XX:+UnlockDiagnosticVMOptions",
        "-XX:ArchiveRelocationMode=0",
        "-Xlog:cds=off",
        "-Xlog:cds+dynamic=off");
  }

  /** The option of a JVM whose classes are to be kept. */
  public static final String CLASSES_KEPT = "-XX:+RecordDynamicDumpInfo";

  /**
   * Writes the classes that the process, a JVM with {@link #CLASSES_KEPT}, has loaded so far.
   *
   * @param output the file that takes what is said of it
   * @throws IOException when they cannot be written
   */
  public void keepClasses(Path file, Path output) throws IOException, InterruptedException {
    Files.deleteIfExists(file);
    run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(pid()),
            "VM.cds",
            "dynamic_dump",
            file.toAbsolutePath().toString()),
        output,
        Duration.ofMinutes(2));
    if (!Files.exists(file)) {
      throw new IOException("the classes of process %d were not written".formatted(pid()));
    }
  }

  /**
   * Waits until what it has printed matches.
   *
   * @throws IOException when it ends before that or takes too long; the message has the end of what
   *     it has printed
   */
  public Matcher await(Pattern pattern, Duration limit) throws IOException, InterruptedException {
    long beganNs = System.nanoTime();
    while (true) {
      // Asked first: what it printed before it ended is complete then.
      boolean alive = process.isAlive();
      Matcher matcher = pattern.matcher(printed());
      if (matcher.find()) {
        return matcher;
      }
      if (!alive) {
        throw new IOException("the process ended with " + process.exitValue() + ":" + tail());
      }
      if (System.nanoTime() - beganNs > limit.toNanos()) {
        throw new IOException(
            "the process did not say '%s' within %d s:%s"
                .formatted(pattern, limit.toSeconds(), tail()));
      }
      Thread.sleep(POLL_MS);
    }
  }

  /** What it has printed so far. */
  public String printed() throws IOException {
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  /** The last lines of it, each on a line of its own. */
  public String tail() throws IOException {
    List<String> lines = printed().lines().toList();
    return "\n"
        + String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
  }

  /** Its number, for what the system tells of it. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits until it has ended by itself; returns its exit code. */
  public int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  /** SIGTERM, and SIGKILL when that takes too long; returns when it is gone. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_S, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // This process is ending, and runs the hook.
    }
  }
}
