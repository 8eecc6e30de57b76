package io.tidemark.faults;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process of the system under test that can be killed, paused, and started again with the same
 * command. What it prints goes to a file. Not thread-safe, but {@link #close} may be called from
 * anywhere at any time.
 */
final class ChildProcess implements AutoCloseable {
  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path output;
  private @Nullable Process process;
  private boolean closed;

  /** Describes a process; {@link #start} starts it. */
  ChildProcess(String name, List<String> command, Map<String, String> environment, Path output) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.output = output;
    // It must not outlive a run that is itself ended before it can clean up.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  String name() {
    return name;
  }

  /** Starts the process; returns at once. */
  synchronized ChildProcess start() throws IOException {
    if (closed) {
      throw new IOException("the process " + name + " is not to be started any more");
    }
    Files.createDirectories(output.getParent());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    File file = output.toFile();
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(file))
            .start();
    return this;
  }

  /** Whether it runs, or is paused. */
  synchronized boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** SIGKILL; returns when it is gone. */
  synchronized void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** SIGSTOP: every thread stands still, sockets stay open. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  /** Stands still for that long; returns what was done. */
  String pause(Duration length) throws IOException, InterruptedException {
    pause();
    try {
      Moments.pass(length);
    } finally {
      resume();
    }
    return name + " stood still for " + length.toMillis() + " ms";
  }

  /** SIGKILL, and again from the start, which is not waited for; returns what was done. */
  String killAndRestart() throws IOException, InterruptedException {
    kill();
    start();
    return name + " killed and started again";
  }

  private synchronized void signal(String signal) throws IOException, InterruptedException {
    if (process != null && process.isAlive()) {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    }
  }

  /** Kills it for good. */
  @Override
  public void close() {
    try {
      synchronized (this) {
        closed = true;
      }
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
