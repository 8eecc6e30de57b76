package io.tidemark.bench.store;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done with each store, in this order: what changes the rows comes last. To add one, add a
 * constant with its measures, and either a benchmark of that name or a task of {@link StoreWorker}.
 */
enum Operation {
  /** Inserts all rows; everything else needs it. */
  LOAD(null),
  /** Closes and opens, and looks at the memory in use. */
  REOPEN(null),
  GET("get"),
  GET_MISS("getMiss"),
  /** As GET, but each get sees what has been committed by then. */
  GET_FRESH("getFresh"),
  /** As GET, but the mean, and what is allocated. */
  GET_MEAN("get"),
  MULTI_GET("multiGet"),
  SCAN("scan"),
  GET_WHILE_WRITING("getWhileWriting"),
  AS_OF_10("getAsOf"),
  AS_OF_100("getAsOf"),
  /** Overwrites random rows. */
  UPDATE(null);

  private final @Nullable String benchmark;

  Operation(@Nullable String benchmark) {
    this.benchmark = benchmark;
  }

  /** The method of {@link ReadBenchmarks} that measures it; null for tasks of the worker. */
  @Nullable String benchmark() {
    return benchmark;
  }

  /** How old the version is that is read; 0 for the newest. */
  int commitsAgo() {
    return switch (this) {
      case AS_OF_10 -> 10;
      case AS_OF_100 -> 100;
      default -> 0;
    };
  }

  /** The median and the 99th percentile, for what is measured by samples; empty otherwise. */
  List<Measure> percentiles() {
    return Arrays.stream(Measure.values())
        .filter(measure -> measure.operation() == this && measure.percentile() > 0)
        .toList();
  }
}
