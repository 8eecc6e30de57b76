package io.tidemark.bench.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.Stat;
import org.lmdbjava.Txn;

/** LMDB with the values in it. A commit is one transaction, not forced to disk. */
final class LmdbSubject implements SubjectStore {
  /**
   * Pages are two thirds full after random inserts, and updates need room beside what they change.
   */
  private static final int ROOM = 3;

  private static final long LEAST_MAP_BYTES = 256L << 20;

  private final Env<ByteBuffer> env;
  private final Dbi<ByteBuffer> rows;
  private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(DataSet.KEY_BYTES);
  private @Nullable Txn<ByteBuffer> writing;

  LmdbSubject(Opening opening) {
    try {
      Files.createDirectories(opening.directory());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.env =
        Env.create()
            .setMapSize(LEAST_MAP_BYTES + ROOM * opening.dataSet().payloadBytes())
            .setMaxDbs(1)
            .setMaxReaders(16)
            .open(
                opening.directory().toFile(),
                EnvFlags.MDB_NOSYNC,
                EnvFlags.MDB_WRITEMAP,
                EnvFlags.MDB_NOTLS);
    this.rows = env.openDbi("rows", DbiFlags.MDB_CREATE);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    if (writing == null) {
      writing = env.txnWrite();
    }
    keyBuffer.clear().put(key).flip();
    rows.reserve(writing, keyBuffer, value.length).put(value);
  }

  @Override
  public void commit() {
    if (writing != null) {
      writing.commit();
      writing.close();
      writing = null;
    }
  }

  @Override
  public SubjectReader reader() {
    return new Reader();
  }

  @Override
  public void settle() {
    env.sync(true);
  }

  /** The inner pages; keys and values share the leaves. */
  @Override
  public long indexBytes() {
    try (Txn<ByteBuffer> txn = env.txnRead()) {
      Stat stat = rows.stat(txn);
      return stat.branchPages * stat.pageSize;
    }
  }

  @Override
  public void close() {
    if (writing != null) {
      writing.close();
    }
    env.sync(true);
    env.close();
  }

  private final class Reader implements SubjectReader {
    private final Txn<ByteBuffer> txn = env.txnRead();
    private final ByteBuffer wanted = ByteBuffer.allocateDirect(DataSet.KEY_BYTES);

    @Override
    public void refresh() {
      txn.reset();
      txn.renew();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      wanted.clear().put(key).flip();
      ByteBuffer found = rows.get(txn, wanted);
      return found == null ? null : copy(found);
    }

    @Override
    public List<byte @Nullable []> getAll(List<byte[]> keys) {
      List<byte[]> values = new ArrayList<>(keys.size());
      for (byte[] key : keys) {
        values.add(get(key));
      }
      return values;
    }

    @Override
    public void scan(byte[] from, int count, RowSink sink) {
      wanted.clear().put(from).flip();
      try (Cursor<ByteBuffer> cursor = rows.openCursor(txn)) {
        boolean there = cursor.get(wanted, GetOp.MDB_SET_RANGE);
        for (int i = 0; i < count && there; i++) {
          sink.row(copy(cursor.key()), copy(cursor.val()));
          there = cursor.next();
        }
      }
    }

    @Override
    public void close() {
      txn.close();
    }

    private static byte[] copy(ByteBuffer from) {
      byte[] bytes = new byte[from.remaining()];
      from.get(bytes);
      return bytes;
    }
  }
}
