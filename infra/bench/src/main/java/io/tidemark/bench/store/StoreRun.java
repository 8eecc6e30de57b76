package io.tidemark.bench.store;

import io.tidemark.bench.run.Disk;
import io.tidemark.bench.run.Figure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Measures what has been asked for, and says how far it is.
 *
 * <p>For each data set, all subjects are loaded, and then take turns at each operation, so that a
 * slow minute of the machine does not hit one of them alone. Their files stay in the page cache all
 * the while. Where they do not fit there together, they come one after the other, from loading to
 * updating.
 */
final class StoreRun {
  /** Of the memory, for files; the rest is for the processes that read them. */
  private static final double FILES_SHARE = 0.6;

  /** How much more than their payload the rows take on disk: on average, and at worst. */
  private static final double DISK_FACTOR = 1.6;

  private static final double WORST_DISK_FACTOR = 3;

  private final List<Subject> subjects;
  private final Set<Operation> operations;
  private final Effort effort;
  private final Path directory;
  private final long memoryBytes;
  private final PrintWriter progress;
  private final JmhRun jmh;
  private final WorkerProcess worker;
  private final Results results = new Results();
  private final long beganNs = System.nanoTime();
  private int steps;
  private int stepsDone;

  StoreRun(
      List<Subject> subjects,
      Set<Operation> operations,
      Effort effort,
      List<String> jvmFlags,
      Path directory,
      long memoryBytes,
      PrintWriter progress) {
    this.subjects = subjects;
    this.operations = operations;
    this.effort = effort;
    this.directory = directory;
    this.memoryBytes = memoryBytes;
    this.progress = progress;
    this.jmh = new JmhRun(effort, jvmFlags);
    this.worker = new WorkerProcess(jvmFlags);
  }

  Results measure(List<DataSet> dataSets) throws IOException, InterruptedException {
    steps = dataSets.size() * subjects.stream().mapToInt(this::stepsOf).sum();
    for (DataSet dataSet : dataSets) {
      if (fitTogether(dataSet)) {
        measure(dataSet, subjects);
      } else {
        for (Subject subject : subjects) {
          measure(dataSet, List.of(subject));
        }
      }
    }
    return results;
  }

  /** What is on the disk at once, at most. */
  long neededBytes(List<DataSet> dataSets) {
    return dataSets.stream()
        .mapToLong(
            dataSet ->
                fitTogether(dataSet)
                    ? togetherBytes(dataSet)
                    : (long) (WORST_DISK_FACTOR * dataSet.payloadBytes()))
        .max()
        .orElse(0);
  }

  private boolean fitTogether(DataSet dataSet) {
    return togetherBytes(dataSet) < FILES_SHARE * memoryBytes;
  }

  private long togetherBytes(DataSet dataSet) {
    return (long) (subjects.size() * DISK_FACTOR * dataSet.payloadBytes());
  }

  private int stepsOf(Subject subject) {
    return (int) operations.stream().filter(subject::offers).count();
  }

  private void measure(DataSet dataSet, List<Subject> together)
      throws IOException, InterruptedException {
    try {
      for (Operation operation : Operation.values()) {
        for (Subject subject : together) {
          if (operations.contains(operation) && subject.offers(operation)) {
            step(operation, subject, opening(dataSet, subject));
          }
        }
      }
    } finally {
      for (Subject subject : together) {
        Disk.delete(opening(dataSet, subject).directory());
      }
    }
  }

  private Opening opening(DataSet dataSet, Subject subject) {
    String name = "%s-%d-%d".formatted(subject, dataSet.keys(), dataSet.valueBytes());
    return new Opening(directory.resolve(name), dataSet, false);
  }

  private void step(Operation operation, Subject subject, Opening opening)
      throws IOException, InterruptedException {
    stepsDone++;
    DataSet dataSet = opening.dataSet();
    if (results.failed(dataSet, subject, operation)) {
      return;
    }
    progress.printf(
        "%s [%d/%d] %s, %s: %s%n",
        elapsed(), stepsDone, steps, dataSet.title(), subject.title(), operation);
    progress.flush();
    Path log = directory.resolve(subject + ".log");
    try {
      results.add(dataSet, subject, measure(operation, subject, opening, log));
      if (operation == Operation.LOAD) {
        Disk.force(opening.directory());
      }
    } catch (IOException | RuntimeException e) {
      // One cell of many: the others are still worth having.
      results.fail(dataSet, subject, operation, String.valueOf(e.getMessage()));
      progress.println("failed: " + e + tail(log));
      progress.flush();
    }
  }

  private Map<Measure, Figure> measure(
      Operation operation, Subject subject, Opening opening, Path log)
      throws IOException, InterruptedException {
    if (operation.benchmark() != null) {
      return jmh.measure(operation, subject, opening, log);
    }
    return effort.inThisProcess()
        ? new StoreWorker(subject, opening.dataSet(), opening.directory()).run(operation)
        : worker.run(operation, subject, opening, log);
  }

  private String elapsed() {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNs);
    return "%d:%02d".formatted(seconds / 60, seconds % 60);
  }

  /** The log goes with the directory, so its end is shown now. */
  private static String tail(Path log) throws IOException {
    if (!Files.exists(log)) {
      return "";
    }
    List<String> lines = Files.readAllLines(log);
    return "\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
  }
}
