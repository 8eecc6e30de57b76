package io.tidemark.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of one shard: a durable, ordered map from keys to values, written in steps by one
 * writer and read by many.
 *
 * <p><b>Writing.</b> {@link #put}, {@link #delete}, {@link #savepoint} and {@link #rollbackTo}
 * build a step that nobody sees; {@link #commit} makes all of it visible at once, together with
 * metadata of the caller's; {@link #abort} drops it. The writer may come on another thread each
 * time, but two threads at once are refused with {@link IllegalStateException}.
 *
 * <p><b>Reading.</b> {@link #snapshot} sees one commit. Any number of threads, never blocked by the
 * writer.
 *
 * <p><b>Durability.</b> When {@link #commit} has returned, a kill of the process cannot undo it. A
 * power cut, or a crash of the operating system, can: the store then opens at some earlier commit,
 * possibly the empty state before the first one. Its {@link #metadata} tell where the caller must
 * go on reading its own source (for a replica: its changelog). {@link #sync} forces what has been
 * committed to disk.
 *
 * <p><b>After a failure</b> in the middle of a call the writing methods throw STEP_FAILED until
 * {@link #abort}, or, where the message says so, until the store is reopened. Readers go on.
 */
public final class ShardStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardStore.class);

  private final String identity;
  private final StoreDirectory directory;
  private final RecordLog log;
  private final OrderedIndex index;
  private final ShardWriter writer;
  private final ReentrantLock writing = new ReentrantLock();

  /**
   * One for the store itself while it is open, and one for each snapshot: the last one out unmaps
   * the files.
   */
  private final AtomicInteger holders = new AtomicInteger(1);

  private volatile boolean closed;

  /** Whether nothing has been written since {@link #sync}. */
  private boolean forced;

  private volatile byte[] metadata;

  private ShardStore(
      String identity,
      StoreDirectory directory,
      RecordLog log,
      OrderedIndex index,
      ShardWriter writer) {
    this.identity = identity;
    this.directory = directory;
    this.log = log;
    this.index = index;
    this.writer = writer;
    try (Snapshot last = snapshot()) {
      this.metadata = last.metadata();
    }
  }

  /**
   * Opens a shard's directory, creating it when absent, at its last commit. What had been written
   * after that commit is void. Takes milliseconds, unless the machine went down under the store:
   * then the index is rebuilt from the log.
   *
   * @param identity which shard this is, for example "cluster/view/v1/3"; stored at first, compared
   *     ever after
   * @throws StoreException WRONG_IDENTITY, WRONG_FORMAT, LOCKED, CORRUPT or IO
   */
  public static ShardStore open(ShardStoreConfig config, String identity) {
    try {
      StoreDirectory directory = StoreDirectory.open(config.directory(), identity);
      try {
        return open(config, identity, directory);
      } catch (Throwable e) {
        directory.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.IO, "Cannot open the shard store in " + config.directory(), e);
    }
  }

  /**
   * Deletes the directory of a shard, whichever shard's and in whichever state; nothing happens
   * when there is none. For a shard that is corrupt or no longer wanted here.
   *
   * @throws StoreException LOCKED, WRONG_IDENTITY when it is no shard's directory, IO
   */
  public static void delete(Path directory) {
    try {
      StoreDirectory.delete(directory);
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.IO, "Cannot delete " + directory, e);
    }
  }

  private static ShardStore open(ShardStoreConfig config, String identity, StoreDirectory directory)
      throws IOException {
    StoreDirectory.LastSession last = directory.lastSessionEnd();
    if (last == StoreDirectory.LastSession.LOST_WITH_MACHINE) {
      LOG.warn("Shard {}: the machine went down under it, the index is rebuilt", identity);
      directory.dropIndex();
    }
    RecordLog log = RecordLog.open(directory.log(), identity, config.segmentBytes(), last);
    try {
      OrderedIndex index =
          OrderedIndex.open(directory.index(), config.indexMapBytes(), config.maxSnapshots());
      try {
        ShardWriter writer =
            new ShardWriter(
                log, index, config, () -> directory.checkSpace(config.diskReserveBytes()));
        recover(log, writer);
        directory.markOpen();
        return new ShardStore(identity, directory, log, index, writer);
      } catch (Throwable e) {
        index.close();
        throw e;
      }
    } catch (Throwable e) {
      log.close();
      throw e;
    }
  }

  private static void recover(RecordLog log, ShardWriter writer) throws IOException {
    long at = writer.committed().commit();
    if (at != Address.NONE && log.read(at).kind() != LogRecord.Kind.COMMIT) {
      throw log.corrupt(at, "the index stands at this record, but it is no commit");
    }
    RecordLog.Replay tail = log.replayAfter(at);
    writer.recover(tail);
    tail.seal();
  }

  /** Which shard this is. */
  public String identity() {
    return identity;
  }

  /**
   * Sets a key's value in the step that is being built. The arrays may be changed afterward.
   *
   * @throws StoreException TOO_LARGE (keys: 510 bytes; a row: {@link
   *     ShardStoreConfig#maxRowBytes}), NO_SPACE, CLOSED, STEP_FAILED
   */
  public void put(byte[] key, byte[] value) {
    write(() -> writer.put(key, value));
  }

  /**
   * Removes a key in the step that is being built; a key that is not there costs a look-up and
   * leaves no trace.
   */
  public void delete(byte[] key) {
    write(() -> writer.delete(key));
  }

  /**
   * Gives the state as of now, uncommitted rows included, a name to come back to. Like a row, it
   * counts once it has been committed. Taking the newest id again moves it to now.
   *
   * @param id positive, not below the newest savepoint's
   */
  public void savepoint(long id) {
    write(() -> writer.savepoint(id));
  }

  /**
   * Makes the step's state that of the newest savepoint with an id of at most this one; the empty
   * state for 0, and when there is none. Newer savepoints are forgotten. Readers go on seeing the
   * last commit; the next commit shows the whole change at once. Costs a read and an index change
   * for each row written since the savepoint, in bounded memory.
   *
   * @throws StoreException SAVEPOINT_GONE when there was such a savepoint but it has been pruned
   */
  public void rollbackTo(long savepointId) {
    if (savepointId < 0) {
      throw new IllegalArgumentException("A savepoint's id is not negative: " + savepointId);
    }
    write(() -> writer.rollbackTo(savepointId));
  }

  /**
   * Forgets the savepoints that no {@link #rollbackTo} with this id or a larger one needs. Each
   * commit writes the list of savepoints, so keep it short.
   */
  public void pruneSavepoints(long olderThan) {
    write(() -> writer.pruneSavepoints(olderThan));
  }

  /**
   * Makes everything since the last commit visible to new snapshots at once, with the caller's
   * metadata.
   *
   * @throws StoreException TOO_LARGE, NO_SPACE, CLOSED, STEP_FAILED; the step is then not visible
   */
  public void commit(byte[] metadata) {
    byte[] own = metadata.clone();
    write(
        () -> {
          writer.commit(own);
          this.metadata = own;
        });
  }

  /** Drops everything since the last commit. Also the way on after STEP_FAILED and NO_SPACE. */
  public void abort() {
    write(writer::abort);
  }

  /**
   * Forces everything that has been written so far to disk. May take long. When it is the last call
   * before {@link #close}, the next opening is quick even if the machine has been restarted in
   * between.
   */
  public void sync() {
    write(this::force);
  }

  private void force() {
    try {
      log.sync();
      index.sync();
      directory.sync();
      forced = true;
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.IO, "Cannot force shard " + identity + " to disk", e);
    }
  }

  private void write(Runnable change) {
    if (!writing.tryLock()) {
      throw new IllegalStateException(
          "Two threads write shard " + identity + " at once; it has one writer");
    }
    // An interrupt would close the queue's file channels under it; the caller gets it back
    // afterward.
    boolean interrupted = Thread.interrupted();
    try {
      if (closed) {
        throw closedFailure();
      }
      forced = false;
      change.run();
    } finally {
      writing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * A view of the last commit. Cheap: about a microsecond. Close it.
   *
   * @throws StoreException CLOSED, TOO_MANY_SNAPSHOTS
   */
  public Snapshot snapshot() {
    hold();
    try {
      return new Snapshot(log, index.view(), this::letGo);
    } catch (Throwable e) {
      letGo();
      throw e;
    }
  }

  /** The metadata of the last commit; empty before the first. */
  public byte[] metadata() {
    return metadata.clone();
  }

  /** Figures as of the last commit. */
  public StoreStats stats() {
    hold();
    OrderedIndex.View view = null;
    try {
      view = index.view();
      Watermark watermark = Watermark.of(view);
      return new StoreStats(
          view.rowCount(),
          watermark.logBytes() + index.usedBytes(),
          log.segmentCount(),
          watermark.step());
    } finally {
      if (view != null) {
        view.release();
      }
      letGo();
    }
  }

  private void hold() {
    int now = holders.get();
    while (true) {
      if (closed || now == 0) {
        throw closedFailure();
      }
      if (holders.compareAndSet(now, now + 1)) {
        return;
      }
      now = holders.get();
    }
  }

  private void letGo() {
    if (holders.decrementAndGet() == 0) {
      free();
    }
  }

  private StoreException closedFailure() {
    return new StoreException(
        StoreException.Kind.CLOSED, "The store of shard " + identity + " has been closed");
  }

  /**
   * Drops the step that is being built, and refuses everything from now on. Open snapshots stay
   * readable; the files are let go, and the directory can be opened again, when the last one is
   * closed. Waits for a writing call that is under way. Forces nothing to disk (see {@link #sync}).
   * Closing again does nothing.
   */
  @Override
  public void close() {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      writer.close();
      letGo();
    } finally {
      writing.unlock();
    }
  }

  /** Nobody reads or writes any more. */
  private void free() {
    index.close();
    log.close();
    try {
      if (forced) {
        directory.markClosed();
      }
      directory.close();
    } catch (IOException e) {
      LOG.warn("Shard {}: trouble at closing; nothing that was committed is lost", identity, e);
    }
  }
}
