package io.tidemark.bench.store;

import io.tidemark.bench.run.Better;
import java.util.Locale;

/** One number about one subject and data set: a row of the table. */
enum Measure {
  INSERT_RATE("insert, rows/s", Operation.LOAD, Better.HIGHER, "%,.0f"),
  SETTLED_RATE("insert until settled, rows/s", Operation.LOAD, Better.HIGHER, "%,.0f"),
  UPDATE_RATE("update, rows/s", Operation.UPDATE, Better.HIGHER, "%,.0f"),
  GET_P50("get, hit, p50 µs", Operation.GET, 50),
  GET_P99("get, hit, p99 µs", Operation.GET, 99),
  GET_MEAN("get, hit, mean µs", Operation.GET_MEAN, Better.LOWER, "%,.2f"),
  GET_ALLOCATED("get, hit, allocated bytes", Operation.GET_MEAN, Better.LOWER, "%,.1f"),
  MISS_P50("get, miss, p50 µs", Operation.GET_MISS, 50),
  MISS_P99("get, miss, p99 µs", Operation.GET_MISS, 99),
  FRESH_P50("get of the newest state, p50 µs", Operation.GET_FRESH, 50),
  FRESH_P99("get of the newest state, p99 µs", Operation.GET_FRESH, 99),
  MULTI_P50("multi-get of 100, p50 µs", Operation.MULTI_GET, 50),
  MULTI_P99("multi-get of 100, p99 µs", Operation.MULTI_GET, 99),
  SCAN_P50("scan of 100, p50 µs", Operation.SCAN, 50),
  SCAN_P99("scan of 100, p99 µs", Operation.SCAN, 99),
  BUSY_P50("get while writing, p50 µs", Operation.GET_WHILE_WRITING, 50),
  BUSY_P99("get while writing, p99 µs", Operation.GET_WHILE_WRITING, 99),
  BUSY_RATE("rows/s written meanwhile", Operation.GET_WHILE_WRITING, Better.HIGHER, "%,.0f"),
  AS_OF_10_P50("get as of 10 commits ago, p50 µs", Operation.AS_OF_10, 50),
  AS_OF_10_P99("get as of 10 commits ago, p99 µs", Operation.AS_OF_10, 99),
  AS_OF_100_P50("get as of 100 commits ago, p50 µs", Operation.AS_OF_100, 50),
  AS_OF_100_P99("get as of 100 commits ago, p99 µs", Operation.AS_OF_100, 99),
  REOPEN_MS("reopen and first get, ms", Operation.REOPEN, Better.LOWER, "%,.1f"),
  DISK_BYTES("disk, bytes a key", Operation.LOAD, Better.LOWER, "%,.0f"),
  DISK_AFTER_UPDATES("disk after updates, bytes a key", Operation.UPDATE, Better.LOWER, "%,.0f"),
  INDEX_BYTES("index, bytes a key", Operation.LOAD, Better.LOWER, "%,.1f"),
  HEAP_MIB("heap in use, MiB", Operation.REOPEN, Better.NEITHER, "%,.1f"),
  NATIVE_MIB("native memory, MiB", Operation.REOPEN, Better.NEITHER, "%,.1f"),
  MAPPED_MIB("files mapped and touched, MiB", Operation.REOPEN, Better.NEITHER, "%,.1f");

  private final String title;
  private final Operation operation;
  private final Better better;
  private final String format;
  private final int percentile;

  Measure(String title, Operation operation, Better better, String format) {
    this.title = title;
    this.operation = operation;
    this.better = better;
    this.format = format;
    this.percentile = 0;
  }

  Measure(String title, Operation operation, int percentile) {
    this.title = title;
    this.operation = operation;
    this.better = Better.LOWER;
    this.format = "%,.2f";
    this.percentile = percentile;
  }

  /** What it is, and in which unit. */
  String title() {
    return title;
  }

  /** What must be done to know it. */
  Operation operation() {
    return operation;
  }

  /** Which percentile of the samples it is; 0 when it is none. */
  int percentile() {
    return percentile;
  }

  String format(double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /**
   * How many times better a value is than another; more than 1 is better, whatever the measure. Not
   * a number where that means nothing.
   */
  double timesBetter(double value, double than) {
    return better.times(value, than);
  }
}
