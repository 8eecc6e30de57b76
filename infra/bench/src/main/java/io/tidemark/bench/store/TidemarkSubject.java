package io.tidemark.bench.store;

import io.tidemark.store.RowVisitor;
import io.tidemark.store.ShardStore;
import io.tidemark.store.ShardStoreConfig;
import io.tidemark.store.Snapshot;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shard store with its defaults, by its public methods only. */
final class TidemarkSubject implements SubjectStore {
  private static final byte[] NO_METADATA = new byte[0];

  private static final Duration LONG_ENOUGH = Duration.ofHours(1);

  private final ShardStore store;

  TidemarkSubject(Opening opening) {
    ShardStoreConfig config = ShardStoreConfig.of(opening.directory());
    this.store =
        ShardStore.open(
            opening.keepsOldVersions() ? config.withRetention(LONG_ENOUGH) : config, "bench");
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
    return new Reader(store.snapshot());
  }

  @Override
  public SubjectReader readerAsOf(int commitsAgo) {
    return new Reader(store.snapshotAt(store.stats().step() - commitsAgo));
  }

  @Override
  public void settle() {
    store.compact();
    store.sync();
  }

  /** The point index: the ordered one is read like data. */
  @Override
  public long indexBytes() {
    return store.stats().pointIndexBytes();
  }

  @Override
  public void close() {
    store.sync();
    store.close();
  }

  private final class Reader implements SubjectReader {
    private Snapshot snapshot;

    Reader(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

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
    public List<byte @Nullable []> getAll(List<byte[]> keys) {
      return snapshot.getAll(keys);
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
