package io.tidemark.bench.store;

import io.tidemark.store.RowVisitor;
import io.tidemark.store.ShardStore;
import io.tidemark.store.ShardStoreConfig;
import io.tidemark.store.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The shard store with its defaults, by its public methods only. */
final class TidemarkSubject implements SubjectStore {
  private static final byte[] NO_METADATA = new byte[0];

  private final Path directory;
  private final ShardStore store;

  TidemarkSubject(Opening opening) {
    this.directory = opening.directory();
    this.store = ShardStore.open(ShardStoreConfig.of(directory), "bench");
  }

  @Override
  public void put(byte[] key, byte[] value) {
    store.put(key, value);
  }

  @Override
  public void commit() {
    store.commit(NO_METADATA);
  }

  @Override
  public SubjectReader reader() {
    return new Reader();
  }

  @Override
  public void settle() {
    store.sync();
  }

  /** The store does not tell, but the index is all that is not in its log. */
  @Override
  public long indexBytes() {
    try {
      return Disk.usedBytes(directory.resolve("index"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    store.sync();
    store.close();
  }

  private final class Reader implements SubjectReader {
    private Snapshot snapshot = store.snapshot();

    @Override
    public void refresh() {
      snapshot.close();
      snapshot = store.snapshot();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      return snapshot.get(key);
    }

    @Override
    public List<byte[]> getAll(List<byte[]> keys) {
      Map<byte[], byte[]> found = snapshot.getAll(keys);
      byte[][] values = new byte[keys.size()][];
      for (int i = 0; i < values.length; i++) {
        values[i] = found.get(keys.get(i));
      }
      return Arrays.asList(values);
    }

    @Override
    public void scan(byte[] from, int rows, RowSink sink) {
      snapshot.scan(from, null, new FirstRows(rows, sink));
    }

    @Override
    public void close() {
      snapshot.close();
    }
  }

  /** Passes so many rows on. */
  private static final class FirstRows implements RowVisitor {
    private final SubjectReader.RowSink sink;
    private int left;

    FirstRows(int rows, SubjectReader.RowSink sink) {
      this.left = rows;
      this.sink = sink;
    }

    @Override
    public boolean row(byte[] key, byte[] value) {
      sink.row(key, value);
      left--;
      return left > 0;
    }
  }
}
