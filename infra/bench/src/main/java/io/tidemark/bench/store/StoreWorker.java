package io.tidemark.bench.store;

import io.tidemark.bench.run.Disk;
import io.tidemark.bench.run.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is done a fixed number of times instead of for a fixed time, and so not by JMH: loading,
 * updating, reopening. Runs in a process of its own ({@link WorkerProcess}) and prints its figures.
 */
final class StoreWorker {
  private static final int PARTS = 10;
  private static final long WARMUP_ROWS = 1_000_000;
  private static final long MOST_UPDATES = 1_000_000;
  private static final int OPENINGS = 5;
  private static final int MEMORY_GETS = 100_000;
  private static final long SEED = 29;

  private final Subject subject;
  private final DataSet dataSet;
  private final Path directory;

  StoreWorker(Subject subject, DataSet dataSet, Path directory) {
    this.subject = subject;
    this.dataSet = dataSet;
    this.directory = directory;
  }

  /** Operation, subject, directory, keys, bytes of a value. */
  public static void main(String[] args) throws IOException {
    StoreWorker worker =
        new StoreWorker(
            Subject.valueOf(args[1]),
            new DataSet(Long.parseLong(args[3]), Integer.parseInt(args[4])),
            Path.of(args[2]));
    worker
        .run(Operation.valueOf(args[0]))
        .forEach((measure, figure) -> System.out.println(WorkerProcess.line(measure, figure)));
  }

  Map<Measure, Figure> run(Operation operation) throws IOException {
    return switch (operation) {
      case LOAD -> load();
      case UPDATE -> update();
      case REOPEN -> reopen();
      default -> throw new IllegalArgumentException("JMH measures " + operation);
    };
  }

  private SubjectStore open(Path where) {
    return subject.open(new Opening(where, dataSet, false));
  }

  private Map<Measure, Figure> load() throws IOException {
    warmUp(false);
    Map<Measure, Figure> figures = new EnumMap<>(Measure.class);
    // At least a row each; a remainder goes uncounted into none of the parts, but into the store.
    long partRows = Math.max(1, dataSet.keys() / PARTS);
    int parts = (int) (dataSet.keys() / partRows);
    long[] partNs = new long[parts];
    try (SubjectStore store = open(directory)) {
      RowWriter writer = new RowWriter(store, dataSet);
      long begin = System.nanoTime();
      for (int part = 0; part < parts; part++) {
        long partBegin = System.nanoTime();
        insert(writer, part * partRows, (part + 1) * partRows);
        partNs[part] = System.nanoTime() - partBegin;
      }
      insert(writer, parts * partRows, dataSet.keys());
      store.settle();
      long settledNs = System.nanoTime() - begin;
      figures.put(Measure.INSERT_RATE, Figure.rate(partRows, partNs));
      figures.put(Measure.SETTLED_RATE, Figure.rate(dataSet.keys(), settledNs));
      long indexBytes = store.indexBytes();
      if (indexBytes >= 0) {
        figures.put(Measure.INDEX_BYTES, Figure.of((double) indexBytes / dataSet.keys()));
      }
    }
    figures.put(Measure.DISK_BYTES, diskBytesPerKey());
    return figures;
  }

  /** So that the first rows are not written by interpreted code. */
  private void warmUp(boolean updates) throws IOException {
    Path scratch = directory.resolveSibling(directory.getFileName() + "-warmup");
    int rows = (int) Math.min(WARMUP_ROWS, dataSet.keys());
    try (SubjectStore store = open(scratch)) {
      RowWriter writer = new RowWriter(store, dataSet);
      insert(writer, 0, rows);
      if (updates) {
        overwrite(writer, -1, rows, rows);
      }
    }
    Disk.delete(scratch);
  }

  private static void insert(RowWriter writer, long from, long to) {
    for (long row = from; row < to; row++) {
      writer.write(row, 0);
      if ((row + 1) % RowWriter.COMMIT_ROWS == 0) {
        writer.commit();
      }
    }
    writer.commit();
  }

  private Map<Measure, Figure> update() throws IOException {
    warmUp(true);
    int count = (int) Math.max(1, Math.min(MOST_UPDATES, dataSet.keys()) / PARTS);
    long[] partNs = new long[PARTS];
    try (SubjectStore store = open(directory)) {
      RowWriter writer = new RowWriter(store, dataSet);
      overwrite(writer, -1, 2 * count, dataSet.keys());
      for (int part = 0; part < PARTS; part++) {
        long begin = System.nanoTime();
        overwrite(writer, part, count, dataSet.keys());
        partNs[part] = System.nanoTime() - begin;
      }
      store.settle();
    }
    return Map.of(
        Measure.UPDATE_RATE,
        Figure.rate(count, partNs),
        Measure.DISK_AFTER_UPDATES,
        diskBytesPerKey());
  }

  private void overwrite(RowWriter writer, int part, int count, long keys) {
    long[] rows = dataSet.randomRows(count, SEED + part);
    for (int i = 0; i < count; i++) {
      writer.write(rows[i] % keys, PARTS + part);
      if ((i + 1) % RowWriter.COMMIT_ROWS == 0) {
        writer.commit();
      }
    }
    writer.commit();
  }

  private Map<Measure, Figure> reopen() throws IOException {
    long[] rows = dataSet.randomRows(OPENINGS + 1 + MEMORY_GETS, SEED);
    openAndGet(rows[0]);
    double[] millis = new double[OPENINGS];
    for (int i = 0; i < OPENINGS; i++) {
      millis[i] = openAndGet(rows[i + 1]) / 1e6;
    }
    Map<Measure, Figure> figures = new EnumMap<>(Measure.class);
    figures.put(Measure.REOPEN_MS, Figure.median(millis));
    ProcessMemory before = ProcessMemory.now();
    try (SubjectStore store = open(directory);
        SubjectReader reader = store.reader()) {
      byte[] key = new byte[DataSet.KEY_BYTES];
      for (int i = 0; i < MEMORY_GETS; i++) {
        DataSet.fillKey(rows[OPENINGS + 1 + i], key);
        reader.get(key);
      }
      figures.putAll(ProcessMemory.now().since(before));
    }
    return figures;
  }

  private long openAndGet(long row) {
    byte[] key = DataSet.key(row);
    long begin = System.nanoTime();
    try (SubjectStore store = open(directory)) {
      byte @Nullable [] value;
      try (SubjectReader reader = store.reader()) {
        value = reader.get(key);
      }
      long ns = System.nanoTime() - begin;
      if (value == null || !DataSet.isValue(row, value)) {
        throw new IllegalStateException(subject + " lost row " + row + " when it was reopened");
      }
      return ns;
    }
  }

  private Figure diskBytesPerKey() throws IOException {
    return Figure.of((double) Disk.usedBytes(directory) / dataSet.keys());
  }
}
