package io.tidemark.bench.store;

import io.tidemark.bench.run.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Has JMH measure one read of one subject. */
final class JmhRun {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final Effort effort;
  private final List<String> jvmFlags;

  JmhRun(Effort effort, List<String> jvmFlags) {
    this.effort = effort;
    this.jvmFlags = jvmFlags;
  }

  Map<Measure, Figure> measure(Operation operation, Subject subject, Opening opening, Path log)
      throws IOException {
    TimeValue iteration = TimeValue.milliseconds(effort.iteration().toMillis());
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(benchmark(operation))
            .param("subject", subject.name())
            .param("directory", opening.directory().toString())
            .param("keys", Long.toString(opening.dataSet().keys()))
            .param("valueBytes", Integer.toString(opening.dataSet().valueBytes()))
            .param("commitsAgo", Integer.toString(operation.commitsAgo()))
            .mode(operation == Operation.GET_MEAN ? Mode.AverageTime : Mode.SampleTime)
            .timeUnit(TimeUnit.MICROSECONDS)
            .forks(effort.forks())
            .jvmArgs(jvmFlags.toArray(String[]::new))
            .threads(1)
            .warmupIterations(effort.warmups())
            .warmupTime(iteration)
            .measurementIterations(effort.iterations())
            .measurementTime(iteration)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.NORMAL)
            .output(log.toString());
    if (operation == Operation.GET_MEAN) {
      options.addProfiler(GCProfiler.class);
    }
    try {
      return figures(operation, opening, new Runner(options.build()).runSingle());
    } catch (RunnerException e) {
      throw new IOException("JMH could not measure it: " + e.getMessage(), e);
    }
  }

  private static String benchmark(Operation operation) {
    String method = Objects.requireNonNull(operation.benchmark(), "not a read: " + operation);
    return "^\\Q" + ReadBenchmarks.class.getName() + "." + method + "\\E$";
  }

  private static Map<Measure, Figure> figures(
      Operation operation, Opening opening, RunResult result) throws IOException {
    List<IterationResult> iterations =
        result.getBenchmarkResults().stream()
            .flatMap(fork -> fork.getIterationResults().stream())
            .toList();
    Map<Measure, Figure> figures = new EnumMap<>(Measure.class);
    for (Measure measure : operation.percentiles()) {
      figures.put(
          measure,
          median(
              iterations,
              one -> one.getPrimaryResult().getStatistics().getPercentile(measure.percentile())));
    }
    if (operation == Operation.GET_MEAN) {
      figures.put(Measure.GET_MEAN, median(iterations, one -> one.getPrimaryResult().getScore()));
      figures.put(Measure.GET_ALLOCATED, median(iterations, JmhRun::allocated));
    }
    if (operation == Operation.GET_WHILE_WRITING) {
      Path rates = PacedWriter.ratesFile(opening.directory());
      figures.put(
          Measure.BUSY_RATE,
          Figure.median(
              Files.readAllLines(rates).stream().mapToDouble(Double::parseDouble).toArray()));
      Files.delete(rates);
    }
    return figures;
  }

  private static double allocated(IterationResult iteration) {
    return Objects.requireNonNull(
            iteration.getSecondaryResults().get(ALLOCATED), "the gc profiler told nothing")
        .getScore();
  }

  private static Figure median(
      Collection<IterationResult> iterations, ToDoubleFunction<IterationResult> observation) {
    return Figure.median(iterations.stream().mapToDouble(observation).toArray());
  }
}
