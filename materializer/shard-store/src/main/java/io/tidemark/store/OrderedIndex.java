package io.tidemark.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * The ordered index: LMDB, from key to the address of its newest version, with the store's own few
 * entries beside the rows in the same database. Row keys carry a leading 1 (so that even the empty
 * key is one that LMDB takes), the store's own keys a leading 0.
 *
 * <p>NOSYNC and WRITEMAP: a commit is a few stores into the page cache, and survives the process.
 * After a power cut the file may be anything at all; {@link ShardStore} then builds it anew from
 * the log.
 *
 * <p>Views may be taken and used from any thread, each by one at a time. Writing is for one thread
 * at a time; a write transaction must be begun and ended by the same thread, which LMDB's lock
 * insists on.
 */
final class OrderedIndex implements AutoCloseable {
  static final int MAX_KEY_BYTES = 510;

  private static final byte OWN = 0;
  private static final byte ROW = 1;
  private static final int UNIX_MODE = 0640;

  /** Beside the callers' snapshots: the one of the writer and the one of the statistics. */
  private static final int OWN_VIEWS = 2;

  private final Env<ByteBuffer> env;
  private final Dbi<ByteBuffer> entries;
  private final ConcurrentLinkedDeque<View> idleViews = new ConcurrentLinkedDeque<>();
  private final ByteBuffer writeKey = ByteBuffer.allocateDirect(MAX_KEY_BYTES + 1);
  private final ByteBuffer writeAddress = ByteBuffer.allocateDirect(Long.BYTES);

  /** The store's own entries. The code is the key on disk. */
  enum Own {
    WATERMARK,
    SAVEPOINTS
  }

  private OrderedIndex(Env<ByteBuffer> env) {
    this.env = env;
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      this.entries = env.openDbi(txn, null, null, false);
      txn.commit();
    }
  }

  static OrderedIndex open(Path directory, long mapBytes, int maxViews) throws IOException {
    Files.createDirectories(directory);
    try {
      return new OrderedIndex(
          Env.create()
              .setMapSize(mapBytes)
              .setMaxReaders(maxViews + OWN_VIEWS)
              .setMaxDbs(1)
              .open(
                  directory.toFile(),
                  UNIX_MODE,
                  EnvFlags.MDB_NOSYNC,
                  EnvFlags.MDB_WRITEMAP,
                  EnvFlags.MDB_NOTLS));
    } catch (LmdbException e) {
      throw failure("open " + directory, e);
    }
  }

  /** A view of the newest commit. Give it back with {@link View#release}. */
  View view() {
    View idle = idleViews.pollFirst();
    try {
      if (idle == null) {
        return new View(env.txnRead());
      }
      idle.txn.renew();
      return idle;
    } catch (LmdbException e) {
      throw failure("begin a snapshot", e);
    }
  }

  /** Begins the one write transaction. */
  Txn<ByteBuffer> begin() {
    try {
      return env.txnWrite();
    } catch (LmdbException e) {
      throw failure("begin a step", e);
    }
  }

  long address(Txn<ByteBuffer> txn, byte[] key) {
    return address(txn, writeKey, key);
  }

  private long address(Txn<ByteBuffer> txn, ByteBuffer buffer, byte[] key) {
    if (key.length > MAX_KEY_BYTES) {
      return Address.NONE;
    }
    ByteBuffer found = entries.get(txn, rowKey(buffer, key));
    return found == null ? Address.NONE : found.getLong(0);
  }

  void put(Txn<ByteBuffer> txn, byte[] key, long address) {
    entries.put(txn, rowKey(writeKey, key), writeAddress.clear().putLong(address).flip());
  }

  void remove(Txn<ByteBuffer> txn, byte[] key) {
    entries.delete(txn, rowKey(writeKey, key));
  }

  /** Removes everything, the store's own entries included. */
  void clear(Txn<ByteBuffer> txn) {
    entries.drop(txn);
  }

  void putOwn(Txn<ByteBuffer> txn, Own which, byte[] value) {
    ByteBuffer direct = ByteBuffer.allocateDirect(value.length).put(value).flip();
    entries.put(txn, ownKey(writeKey, which), direct);
  }

  private static ByteBuffer rowKey(ByteBuffer buffer, byte[] key) {
    return buffer.clear().put(ROW).put(key).flip();
  }

  private static ByteBuffer ownKey(ByteBuffer buffer, Own which) {
    return buffer.clear().put(OWN).put((byte) which.ordinal()).flip();
  }

  /** Bytes in use. */
  long usedBytes() {
    return (env.info().lastPageNumber + 1) * env.stat().pageSize;
  }

  void sync() {
    env.sync(true);
  }

  /** No view may be in use any more. */
  @Override
  public void close() {
    for (View view = idleViews.poll(); view != null; view = idleViews.poll()) {
      view.txn.close();
    }
    env.close();
  }

  static StoreException failure(String what, LmdbException cause) {
    StoreException.Kind kind = StoreException.Kind.IO;
    String advice = "";
    if (cause instanceof Env.MapFullException || cause instanceof Txn.TxFullException) {
      kind = StoreException.Kind.NO_SPACE;
      advice = ". Open the store with a larger indexMapBytes";
    } else if (cause instanceof Env.ReadersFullException) {
      kind = StoreException.Kind.TOO_MANY_SNAPSHOTS;
      advice = ". Close snapshots sooner, or raise maxSnapshots";
    } else if (cause instanceof Env.FileInvalidException
        || cause instanceof Env.VersionMismatchException) {
      kind = StoreException.Kind.CORRUPT;
    }
    return new StoreException(
        kind, "The ordered index cannot " + what + ": " + cause.getMessage() + advice, cause);
  }

  /** The index as of one commit. For one thread at a time. */
  final class View {
    private final Txn<ByteBuffer> txn;
    private final ByteBuffer key = ByteBuffer.allocateDirect(MAX_KEY_BYTES + 1);

    private View(Txn<ByteBuffer> txn) {
      this.txn = txn;
    }

    long address(byte[] rowKey) {
      return OrderedIndex.this.address(txn, key, rowKey);
    }

    byte @Nullable [] own(Own which) {
      ByteBuffer found = entries.get(txn, ownKey(key, which));
      return found == null ? null : copy(found, 0);
    }

    long rowCount() {
      return Math.max(0, entries.stat(txn).entries - Own.values().length);
    }

    /** Rows from a key on, in order, as long as the visitor wants more. */
    void scan(byte[] from, AddressVisitor visitor) {
      // A longer key lies just behind its longest prefix that could be stored.
      byte[] start = from.length <= MAX_KEY_BYTES ? from : Arrays.copyOf(from, MAX_KEY_BYTES);
      try (Cursor<ByteBuffer> cursor = entries.openCursor(txn)) {
        boolean more = cursor.get(rowKey(key, start), GetOp.MDB_SET_RANGE);
        while (more) {
          byte[] found = copy(cursor.key(), 1);
          long address = cursor.val().getLong(0);
          boolean before = start != from && Arrays.equals(found, start);
          more = (before || visitor.row(found, address)) && cursor.next();
        }
      }
    }

    void release() {
      txn.reset();
      idleViews.addFirst(this);
    }

    private byte[] copy(ByteBuffer from, int skip) {
      byte[] copy = new byte[from.remaining() - skip];
      from.get(from.position() + skip, copy);
      return copy;
    }
  }

  /** Takes the entries of a scan. */
  interface AddressVisitor {
    boolean row(byte[] key, long address);
  }
}
