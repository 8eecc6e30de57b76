package io.tidemark.bench.store;

import io.tidemark.bench.run.Figure;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What the shard store is meant to reach. Whether it does is computed, from unrounded figures. */
enum Target {
  GET_MEDIAN("point get, p50", Measure.GET_P50, Subject.ROCKSDB_STREAMS, 8),
  GET_MEDIAN_TUNED("point get, p50", Measure.GET_P50, Subject.ROCKSDB_TUNED, 4),
  GET_TAIL("point get, p99", Measure.GET_P99, Subject.ROCKSDB_STREAMS, 5),
  MULTI_GET("multi-get, p50", Measure.MULTI_P50, Subject.ROCKSDB_STREAMS, 8),
  SCAN("scan, p50", Measure.SCAN_P50, Subject.ROCKSDB_TUNED, 1),
  INSERT("insert", Measure.INSERT_RATE, Subject.ROCKSDB_STREAMS, 1),
  UPDATE("update", Measure.UPDATE_RATE, Subject.ROCKSDB_STREAMS, 1),
  REOPEN("reopen of 5M keys", Measure.REOPEN_MS, null, 50),
  INDEX("mapped index, bytes a key", Measure.INDEX_BYTES, null, 20),
  ALLOCATION("allocated beyond the value, bytes a get", Measure.GET_ALLOCATED, null, 0.5);

  /** Verdict on one target and data set. */
  enum Verdict {
    MET,
    MISSED,
    NOT_MEASURED
  }

  /**
   * A verdict and what it rests on.
   *
   * @param reached the ratio or the value; 0 when not measured
   */
  record Outcome(Verdict verdict, double reached) {}

  private static final long REOPEN_KEYS = 5_000_000;
  private static final int ARRAY_HEADER_BYTES = 16;
  private static final int ALIGNMENT_BYTES = 8;

  private final String what;
  private final Measure measure;
  private final @Nullable Subject against;
  private final double limit;

  Target(String what, Measure measure, @Nullable Subject against, double limit) {
    this.what = what;
    this.measure = measure;
    this.against = against;
    this.limit = limit;
  }

  String title() {
    return against == null
        ? "%s: at most %s".formatted(what, number(limit))
        : "%s: at least %s× %s".formatted(what, number(limit), against.title());
  }

  Outcome judge(Results results, DataSet dataSet) {
    OptionalDouble reached = reached(results, dataSet);
    if (reached.isEmpty()) {
      return new Outcome(Verdict.NOT_MEASURED, 0);
    }
    double value = reached.getAsDouble();
    boolean met = against == null ? value <= limit : value >= limit;
    return new Outcome(met ? Verdict.MET : Verdict.MISSED, value);
  }

  /** "met, 8.4×", "missed, 61", "not measured". */
  String describe(Outcome outcome) {
    String unit = against == null ? "" : "×";
    return switch (outcome.verdict()) {
      case MET -> "met, " + number(outcome.reached()) + unit;
      case MISSED -> "**missed**, " + number(outcome.reached()) + unit;
      case NOT_MEASURED -> "not measured";
    };
  }

  private OptionalDouble reached(Results results, DataSet dataSet) {
    if (against != null) {
      return results.timesBetter(dataSet, Subject.TIDEMARK, against, measure);
    }
    if (this == REOPEN && dataSet.keys() < REOPEN_KEYS) {
      return OptionalDouble.empty();
    }
    Optional<Figure> figure = results.figure(dataSet, Subject.TIDEMARK, measure);
    if (figure.isEmpty()) {
      return OptionalDouble.empty();
    }
    double value = figure.get().value();
    return OptionalDouble.of(this == ALLOCATION ? value - arrayBytes(dataSet) : value);
  }

  /** What the array of a value takes on the heap, as HotSpot lays it out below 32 GiB. */
  private static int arrayBytes(DataSet dataSet) {
    int bytes = ARRAY_HEADER_BYTES + dataSet.valueBytes();
    return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%,.2f", value);
  }
}
