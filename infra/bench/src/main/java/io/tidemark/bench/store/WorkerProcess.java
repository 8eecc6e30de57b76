package io.tidemark.bench.store;

import io.tidemark.bench.run.Figure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a {@link StoreWorker} in a process of its own. What else it prints goes into a log. */
final class WorkerProcess {
  private static final String MARK = "figure:";

  /** A peer that takes ten times as long as the others is told as that, and not waited for. */
  private static final long LIMIT_MINUTES = 6;

  private final List<String> jvmFlags;

  WorkerProcess(List<String> jvmFlags) {
    this.jvmFlags = jvmFlags;
  }

  static String line(Measure measure, Figure figure) {
    return MARK + measure.name() + " " + figure.value() + " " + figure.low() + " " + figure.high();
  }

  Map<Measure, Figure> run(Operation operation, Subject subject, Opening opening, Path log)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    // So that the heap's pages are not counted as the store's memory.
    command.add("-XX:+AlwaysPreTouch");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(StoreWorker.class.getName());
    command.addAll(
        List.of(
            operation.name(),
            subject.name(),
            opening.directory().toString(),
            Long.toString(opening.dataSet().keys()),
            Integer.toString(opening.dataSet().valueBytes())));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    CompletableFuture<Void> limit =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(LIMIT_MINUTES, TimeUnit.MINUTES));
    Thread killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      Map<Measure, Figure> figures = read(process, log);
      int exit = process.waitFor();
      if (limit.isDone()) {
        throw new IOException("it was stopped after " + LIMIT_MINUTES + " minutes");
      }
      if (exit != 0) {
        throw new IOException("its process ended with exit code " + exit);
      }
      return figures;
    } finally {
      limit.cancel(false);
      process.destroyForcibly();
      Runtime.getRuntime().removeShutdownHook(killer);
    }
  }

  private static Map<Measure, Figure> read(Process process, Path log) throws IOException {
    Map<Measure, Figure> figures = new EnumMap<>(Measure.class);
    try (BufferedReader output = process.inputReader();
        Writer rest =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(MARK)) {
          String[] parts = line.substring(MARK.length()).split(" ", -1);
          figures.put(
              Measure.valueOf(parts[0]),
              new Figure(
                  Double.parseDouble(parts[1]),
                  Double.parseDouble(parts[2]),
                  Double.parseDouble(parts[3])));
        } else {
          rest.append(line).append('\n');
        }
      }
    }
    return figures;
  }
}
