package io.tidemark.bench.store;

import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Rows that have been overwritten by each of many commits, and a reader of the past. */
@State(Scope.Benchmark)
public class OldVersions {
  private static final int COMMITS = 128;
  private static final int MOST_ROWS = 1_000;

  @SuppressWarnings("NullAway.Init") // JMH calls write() first.
  private SubjectReader reader;

  private byte[][] keys = {};
  private int next;

  /** Writes the versions, and checks that the reader sees the one that it should. */
  @Setup
  public void write(OpenedStore opened) {
    long rows = Math.min(MOST_ROWS, opened.dataSet().keys());
    RowWriter writer = new RowWriter(opened.store(), opened.dataSet());
    for (int version = 1; version <= COMMITS; version++) {
      for (long row = 0; row < rows; row++) {
        writer.write(row, version);
      }
      writer.commit();
    }
    keys = LongStream.range(0, rows).mapToObj(DataSet::key).toArray(byte[][]::new);
    SubjectReader past = opened.store().readerAsOf(opened.commitsAgo);
    if (past == null) {
      throw new IllegalStateException(opened.subject + " does not read old versions");
    }
    reader = past;
    opened.beforeClose(reader::close);
    byte[] value = reader.get(keys[0]);
    if (value == null || DataSet.version(value) != COMMITS - opened.commitsAgo) {
      throw new IllegalStateException(
          opened.subject + " does not show the state of " + opened.commitsAgo + " commits ago");
    }
  }

  SubjectReader reader() {
    return reader;
  }

  byte[] nextKey() {
    next = next + 1 < keys.length ? next + 1 : 0;
    return keys[next];
  }
}
