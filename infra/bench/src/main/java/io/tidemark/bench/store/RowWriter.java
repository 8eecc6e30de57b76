package io.tidemark.bench.store;

/** Writes rows of a data set from two arrays that it fills again and again. For one thread. */
final class RowWriter {
  static final int COMMIT_ROWS = 1_000;

  private final SubjectStore store;
  private final byte[] key = new byte[DataSet.KEY_BYTES];
  private final byte[] value;

  RowWriter(SubjectStore store, DataSet dataSet) {
    this.store = store;
    this.value = new byte[dataSet.valueBytes()];
  }

  void write(long row, long version) {
    DataSet.fillKey(row, key);
    DataSet.fillValue(row, version, value);
    store.put(key, value);
  }

  void commit() {
    store.commit();
  }
}
