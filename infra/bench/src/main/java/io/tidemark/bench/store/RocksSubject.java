package io.tidemark.bench.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB, as it has been set up. A commit is one write batch without a write-ahead log, as Kafka
 * Streams restores; reads take no explicit snapshot, as in Kafka Streams.
 */
final class RocksSubject implements SubjectStore {
  private static final long POLL_NS = 20_000_000;
  private static final int IDLE_POLLS = 10;

  private final RocksSettings settings;
  private final RocksDB database;
  private final WriteOptions writing = new WriteOptions().setDisableWAL(true);
  private final WriteBatch batch = new WriteBatch();

  RocksSubject(Opening opening, RocksSettings settings) {
    this.settings = settings;
    try {
      Files.createDirectories(opening.directory());
      this.database = RocksDB.open(settings.options(), opening.directory().toString());
    } catch (RocksDBException e) {
      throw failed(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    try {
      batch.put(key, value);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public void commit() {
    try {
      database.write(writing, batch);
      batch.clear();
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public SubjectReader reader() {
    return new Reader();
  }

  /**
   * Universal compaction may say for good that a compaction is pending and find none to do: what
   * can be done is begun at once, so nothing is left when nothing has run for a while.
   */
  @Override
  public void settle() {
    flush();
    int idlePolls = 0;
    while (idlePolls < IDLE_POLLS) {
      boolean runs =
          property("rocksdb.num-running-compactions") != 0
              || property("rocksdb.num-running-flushes") != 0;
      if (!runs && property("rocksdb.compaction-pending") == 0) {
        return;
      }
      idlePolls = runs ? 0 : idlePolls + 1;
      LockSupport.parkNanos(POLL_NS);
    }
  }

  /** Index and filter blocks of all tables; in both set-ups they are outside the block cache. */
  @Override
  public long indexBytes() {
    return property("rocksdb.estimate-table-readers-mem");
  }

  @Override
  public void close() {
    flush();
    batch.close();
    writing.close();
    database.close();
    settings.close();
  }

  private void flush() {
    try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
      database.flush(waiting);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  private long property(String name) {
    try {
      return database.getLongProperty(name);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  private static IllegalStateException failed(RocksDBException e) {
    return new IllegalStateException("RocksDB refuses", e);
  }

  private final class Reader implements SubjectReader {
    /** Every read sees the newest state anyway. */
    @Override
    public void refresh() {}

    @Override
    public byte @Nullable [] get(byte[] key) {
      try {
        return database.get(key);
      } catch (RocksDBException e) {
        throw failed(e);
      }
    }

    @Override
    public List<byte @Nullable []> getAll(List<byte[]> keys) {
      try {
        return database.multiGetAsList(keys);
      } catch (RocksDBException e) {
        throw failed(e);
      }
    }

    @Override
    public void scan(byte[] from, int rows, RowSink sink) {
      try (RocksIterator iterator = database.newIterator()) {
        iterator.seek(from);
        for (int i = 0; i < rows && iterator.isValid(); i++) {
          sink.row(iterator.key(), iterator.value());
          iterator.next();
        }
      }
    }

    @Override
    public void close() {}
  }
}
