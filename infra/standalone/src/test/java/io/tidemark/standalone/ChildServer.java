package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.standalone.http.ServerApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The packaged command as a process of its own, as a user runs it. Killed when closed. */
public final class ChildServer implements AutoCloseable {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Pattern UP =
      Pattern.compile("HTTP (\\S+), Kafka (\\S+), schema registry (\\S+)");

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private ChildServer(Process process) {
    this.process = process;
    // The child must not outlive a test run that is killed before it can clean up.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    this.reader = new Thread(this::read, "child-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Runs the command with any free ports; its errors go to the test's own. */
  public static ChildServer run(Path data, String... command) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--data", data.toString(), "--http-port", "0", "--kafka-port", "0"));
    arguments.addAll(List.of("--registry-port", "0"));
    return new ChildServer(
        command(true, arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** What a command brought that ended by itself. */
  public record Outcome(int status, String out, String err) {}

  /** Runs a command to its end. */
  public static Outcome runToEnd(String... command) throws Exception {
    Path out = Files.createTempFile("tidemark", ".out");
    Path err = Files.createTempFile("tidemark", ".err");
    Process process =
        command(false, List.of(command))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(180, TimeUnit.SECONDS)).as(String.join(" ", command)).isTrue();
      return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      process.destroyForcibly();
      Files.delete(out);
      Files.delete(err);
    }
  }

  private static ProcessBuilder command(boolean server, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + TARGET.resolve("jvm.args"));
    command.add(server ? "@" + TARGET.resolve("server.args") : "-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-jar", TARGET.resolve("tidemark-standalone.jar").toString()));
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  private void read() {
    try (BufferedReader out = process.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        System.out.println("child: " + line);
      }
    } catch (IOException e) {
      // The process has ended.
    }
  }

  /** The lines that it has printed so far. */
  public List<String> lines() {
    return lines;
  }

  /** Waits for a line that holds the text; fails at once when the process ends without it. */
  public String awaitLine(String text, Duration patience) {
    return awaitAny(patience, text);
  }

  /** The same for the first line that holds one of the texts. */
  public String awaitAny(Duration patience, String... texts) {
    return Awaitility.await(String.join(" or ", texts))
        .atMost(patience)
        .pollInterval(Duration.ofMillis(20))
        .failFast(
            "the process has ended without saying " + String.join(" or ", texts),
            () -> !process.isAlive() && !reader.isAlive() && find(texts) == null)
        .until(() -> find(texts), line -> line != null);
  }

  private String find(String... texts) {
    return lines.stream()
        .filter(line -> Arrays.stream(texts).anyMatch(line::contains))
        .findFirst()
        .orElse(null);
  }

  /** The HTTP API, once it is served. */
  public ServerApi api() {
    return new ServerApi(http());
  }

  /** Where HTTP is served. */
  public URI http() {
    return URI.create(address(1));
  }

  /** Where Kafka clients connect. */
  public String bootstrapServers() {
    return address(2);
  }

  /** Where the schema registry is served. */
  public URI registry() {
    return URI.create(address(3));
  }

  private String address(int group) {
    Matcher matcher = UP.matcher(awaitLine(" up after ", Duration.ofMinutes(5)));
    assertThat(matcher.find()).isTrue();
    return matcher.group(group);
  }

  /** Memory that it holds now and held at most, in MiB; 0 where the system does not tell. */
  public long peakMemoryMiB() {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it as an operator does, and waits; returns its exit status. */
  public int stop(Duration patience) throws InterruptedException {
    process.destroy();
    return awaitEnd(patience);
  }

  /** Waits for it to end by itself; returns its exit status. */
  public int awaitEnd(Duration patience) throws InterruptedException {
    assertThat(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS))
        .as("the process has ended within %s", patience)
        .isTrue();
    reader.join();
    return process.exitValue();
  }

  /** kill -9. */
  @Override
  public void close() {
    try {
      process.destroyForcibly().waitFor();
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted while ending a process", e));
    }
  }
}
