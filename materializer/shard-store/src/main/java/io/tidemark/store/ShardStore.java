package io.tidemark.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
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
 * <p><b>Reading.</b> {@link #snapshot} sees one commit, {@link #snapshotAt} an earlier one within
 * the retention. Any number of threads, never blocked by the writer, nor by the upkeep of the
 * files, which goes on beside both (see {@link Maintenance}).
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
  /** The longest key, in bytes. */
  public static final int MAX_KEY_BYTES = 510;

  private static final Logger LOG = LoggerFactory.getLogger(ShardStore.class);

  private final String identity;
  private final StoreFiles files;
  private final ShardWriter writer;
  private final Upkeep upkeep;
  private final Maintenance maintenance;

  /** Held during a call of the writer's. */
  private final ReentrantLock writing = new ReentrantLock();

  /** Held while the log or the indexes change, by the writer or by the upkeep. */
  private final ReentrantLock changing;

  /**
   * One for the store itself while it is open, and one for each snapshot: the last one out unmaps
   * the files.
   */
  private final AtomicInteger holders = new AtomicInteger(1);

  private volatile boolean closed;

  /** Whether nothing has been written since {@link #sync}. */
  private boolean forced;

  private ShardStore(
      String identity,
      ShardStoreConfig config,
      StoreFiles files,
      ShardWriter writer,
      Upkeep upkeep,
      ReentrantLock changing) {
    this.identity = identity;
    this.files = files;
    this.writer = writer;
    this.upkeep = upkeep;
    this.changing = changing;
    Maintenance own = config.maintenance();
    this.maintenance = own == null ? Maintenance.shared() : own;
  }

  /**
   * Opens a shard's directory, creating it when absent, at its last commit. What had been written
   * after that commit is void. Takes milliseconds, unless the machine went down under the store, or
   * an index is damaged: then the indexes are rebuilt from the log, in about half a second for a
   * million rows.
   *
   * @param identity which shard this is, for example "cluster/view/v1/3"; stored at first, compared
   *     ever after
   * @throws StoreException WRONG_IDENTITY, WRONG_FORMAT, LOCKED, CORRUPT or IO
   */
  public static ShardStore open(ShardStoreConfig config, String identity) {
    try {
      StoreFiles files = StoreFiles.open(config, identity);
      try {
        ReentrantLock changing = new ReentrantLock();
        SpaceCheck space = new SpaceCheck(files.directory(), config.diskReserveBytes());
        ShardWriter writer = files.recover(config.maxRowBytes(), space);
        Upkeep upkeep = new Upkeep(identity, config, files, writer, space, changing);
        upkeep.begin();
        ShardStore store = new ShardStore(identity, config, files, writer, upkeep, changing);
        files.directory().markOpen();
        store.maintenance.add(store);
        return store;
      } catch (Throwable e) {
        files.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.IO, "Cannot open the shard store in " + config.directory(), e);
    }
  }

  /**
   * Makes a store from an exported snapshot, see {@link Snapshot#exportTo}. The whole of it becomes
   * visible at the end, as one commit with the snapshot's metadata; the savepoints of the original
   * cannot be reached. When it fails, nothing is left.
   *
   * @param config whose directory must be absent, empty, or hold a store without a commit
   * @param identity must be the exported shard's
   * @throws StoreException CORRUPT when the stream is damaged, WRONG_IDENTITY, WRONG_FORMAT,
   *     NOT_EMPTY, LOCKED, NO_SPACE
   * @throws IOException when the stream does
   */
  public static ShardStore importFrom(ShardStoreConfig config, String identity, InputStream in)
      throws IOException {
    ShardStore store = open(config, identity);
    try {
      if (store.writer.committed().step() > 0) {
        throw new StoreException(
            StoreException.Kind.NOT_EMPTY,
            "The directory "
                + config.directory()
                + " holds a store with data. Delete it, or import into another directory");
      }
      SnapshotStream.read(in, store);
      return store;
    } catch (Throwable e) {
      boolean empty = store.writer.committed().step() == 0;
      store.close();
      if (empty) {
        delete(config.directory());
      }
      throw e;
    }
  }

  void commitImport(byte[] metadata, long newestSavepoint) {
    write(() -> writer.savepointsGone(newestSavepoint + 1));
    commit(metadata);
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

  /** Which shard this is. */
  public String identity() {
    return identity;
  }

  /**
   * Sets a key's value in the step that is being built. The arrays may be changed afterward.
   *
   * @throws StoreException TOO_LARGE (keys: {@link #MAX_KEY_BYTES}; a row: {@link
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
   * counts once it has been committed. Taking the newest id again moves it to now. What has been
   * written since the oldest savepoint is kept, so prune them.
   *
   * @param id positive, not below the newest savepoint's
   */
  public void savepoint(long id) {
    write(() -> writer.savepoint(id));
  }

  /**
   * Makes the step's state that of the newest savepoint with an id of at most this one; the empty
   * state for 0, and when there is none. Newer savepoints are forgotten. Readers go on seeing the
   * last commit; the next commit shows the whole change at once. Costs a read for each row written
   * since the savepoint, and a write for each that differs, in bounded memory.
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
   * Forgets the savepoints that no {@link #rollbackTo} with this id or a larger one needs. Keep
   * their list short.
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
    write(() -> writer.commit(own));
  }

  /** Drops everything since the last commit. Also the way on after STEP_FAILED and NO_SPACE. */
  public void abort() {
    write(writer::abort);
  }

  private void write(Runnable change) {
    beginWriting();
    // An interrupt would close the queue's file channels under it; the caller gets it back
    // afterward.
    boolean interrupted = Thread.interrupted();
    try {
      boolean work;
      changing.lock();
      try {
        change.run();
        work = upkeep.afterChange();
      } finally {
        changing.unlock();
      }
      if (work) {
        maintenance.signal(this);
        if (upkeep.isBehind()) {
          upkeep.catchUp();
        }
      }
    } finally {
      writing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void beginWriting() {
    if (!writing.tryLock()) {
      throw new IllegalStateException(
          "Two threads write shard " + identity + " at once; it has one writer");
    }
    if (closed) {
      writing.unlock();
      throw closedFailure();
    }
    forced = false;
  }

  /**
   * Forces everything that has been written so far to disk. May take long. When it is the last call
   * before {@link #close}, the next opening is quick even if the machine has been restarted in
   * between.
   */
  public void sync() {
    beginWriting();
    boolean interrupted = Thread.interrupted();
    try {
      upkeep.flushAll(true);
      files.directory().sync();
      forced = true;
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.IO, "Cannot force shard " + identity + " to disk", e);
    } finally {
      writing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * A view of the last commit. Cheap: well below a microsecond. Close it.
   *
   * @throws StoreException CLOSED, TOO_MANY_SNAPSHOTS
   */
  public Snapshot snapshot() {
    Snapshot snapshot = enter();
    snapshot.see(writer.committed());
    return snapshot;
  }

  /**
   * A view of an earlier commit: the newest one with a number of at most this. Costs some reads to
   * find it, and then one for each newer version of a row that is asked for.
   *
   * @throws StoreException VERSION_GONE when that commit was superseded longer ago than {@link
   *     ShardStoreConfig#retention} and has been given up; CLOSED, TOO_MANY_SNAPSHOTS
   * @throws IllegalArgumentException when there has been no such commit yet
   */
  public Snapshot snapshotAt(long step) {
    long last = writer.committed().step();
    if (step < 0 || step > last) {
      throw new IllegalArgumentException(
          "Shard " + identity + " has made " + last + " commits; there is no commit " + step);
    }
    return see("commit " + step, from -> newest(from, commit -> commit.step() <= step));
  }

  /**
   * A view of the newest commit whose metadata are as wanted. They must be as wanted in all earlier
   * commits as well: then the search takes a number of reads that grows with the logarithm.
   *
   * @throws StoreException VERSION_GONE when the newest such commit is no longer kept, see {@link
   *     #snapshotAt}; CLOSED, TOO_MANY_SNAPSHOTS
   */
  public Snapshot newestSnapshot(Predicate<byte[]> metadata) {
    return see(
        "the commit that was asked for",
        last -> newest(last, commit -> metadata.test(commit.value().metadata().clone())));
  }

  /**
   * A view of the oldest commit whose metadata are as wanted. They must be as wanted in all later
   * commits as well. Costs as {@link #newestSnapshot}.
   *
   * @throws StoreException VERSION_GONE when that commit, or the one before it, which tells that it
   *     is the oldest, is no longer there; CLOSED, TOO_MANY_SNAPSHOTS
   * @throws IllegalArgumentException when the metadata of the last commit are not as wanted
   */
  public Snapshot oldestSnapshot(Predicate<byte[]> metadata) {
    return see(
        "the commit that was asked for",
        last -> {
          if (!metadata.test(last.value().metadata().clone())) {
            throw new IllegalArgumentException(
                "The last commit of shard " + identity + " is not as wanted");
          }
          Committed before =
              newest(last, commit -> !metadata.test(commit.value().metadata().clone()));
          return before == null
              ? null
              : newest(last, commit -> commit.step() <= Math.min(before.step() + 1, last.step()));
        });
  }

  /**
   * A view of what was the last commit at a time of the past, by this machine's wall clock. While
   * that clock does not go back, the same time gives the same commit.
   *
   * @param millis since 1970
   * @throws StoreException VERSION_GONE when that commit is no longer kept, see {@link
   *     #snapshotAt}, or was made before there was a store here; CLOSED, TOO_MANY_SNAPSHOTS
   * @throws IllegalArgumentException when the time has not passed yet
   */
  public Snapshot snapshotAtTime(long millis) {
    Committed last;
    long now;
    // A commit that is under way now has its time already, so it has to be seen, too.
    changing.lock();
    try {
      last = writer.committed();
      now = Math.max(last.value().millis(), System.currentTimeMillis());
    } finally {
      changing.unlock();
    }
    if (millis >= now) {
      throw new IllegalArgumentException(
          "%s has not passed, it is %s"
              .formatted(Instant.ofEpochMilli(millis), Instant.ofEpochMilli(now)));
    }
    return see(
        "the last commit at " + Instant.ofEpochMilli(millis),
        newer -> {
          Committed then = newest(newer, commit -> commit.value().millis() <= millis);
          return then == null || then.step() == 0 ? null : then;
        });
  }

  private @Nullable Committed newest(Committed from, Committed.Wanted wanted) {
    return Committed.newest(files.log(), from, wanted);
  }

  /** Finds a commit, beginning at the last one; null when it is no longer there. */
  private interface Search {
    @Nullable Committed from(Committed last);
  }

  private Snapshot see(String what, Search search) {
    Snapshot snapshot = enter();
    try {
      Committed found = search.from(writer.committed());
      if (found != null) {
        snapshot.see(found);
      }
      // Asked after the snapshot has said what it sees: from then on nothing goes that it needs.
      if (found == null || found.step() < upkeep.oldestStep()) {
        throw new StoreException(
            StoreException.Kind.VERSION_GONE,
            "Shard "
                + identity
                + " keeps versions since commit "
                + upkeep.oldestStep()
                + "; "
                + what
                + " is older. Ask for a newer one, or open the store with a longer retention");
      }
      return snapshot;
    } catch (Throwable e) {
      snapshot.close();
      throw e;
    }
  }

  private Snapshot enter() {
    hold();
    try {
      Snapshot snapshot =
          new Snapshot(this, files.log(), files.points(), files.keys(), files.readers());
      snapshot.enter();
      return snapshot;
    } catch (Throwable e) {
      letGo();
      throw e;
    }
  }

  /** The metadata of the last commit; empty before the first. */
  public byte[] metadata() {
    return writer.committed().value().metadata().clone();
  }

  /** Tombstones up to this commit may have been given up. */
  long oldestStep() {
    return upkeep.oldestStep();
  }

  /** The largest id of a committed savepoint, whether it can still be reached or not. */
  long newestSavepoint() {
    changing.lock();
    try {
      return writer.newestSavepoint();
    } finally {
      changing.unlock();
    }
  }

  /** Figures as of the last commit. */
  public StoreStats stats() {
    hold();
    try {
      changing.lock();
      try {
        Committed last = writer.committed();
        return new StoreStats(
            last.value().rowCount(),
            files.garbage().totalBytes(),
            files.garbage().deadBytes(),
            files.points().mappedBytes(),
            files.keys().diskBytes(),
            files.log().segmentNumbers().size(),
            last.step(),
            upkeep.oldestStep());
      } finally {
        changing.unlock();
      }
    } finally {
      letGo();
    }
  }

  /**
   * Reads everything there is, every record of the log, the indexes, and the rows of the last
   * commit through them. Readers go on, the writer nearly so. Takes as long as reading the files.
   *
   * @throws StoreException CORRUPT, with the place of the first damage found
   */
  public void verify() {
    try (Snapshot snapshot = snapshot()) {
      upkeep.verify();
      long[] rows = new long[1];
      snapshot.scan(
          LogRecord.NO_BYTES,
          null,
          (key, value) -> {
            rows[0]++;
            return true;
          });
      if (rows[0] != snapshot.rowCount()) {
        throw new StoreException(
            StoreException.Kind.CORRUPT,
            "Shard "
                + identity
                + " is corrupt: its last commit has "
                + snapshot.rowCount()
                + " rows, its indexes lead to "
                + rows[0]
                + ". Close it, delete the file 'manifest', and open it again: the indexes are then"
                + " rebuilt from the log");
      }
    }
  }

  /**
   * Does all the upkeep that there is to do now, at full speed, on the caller's thread: merges
   * files of the index, compacts segments. {@link Maintenance} does it anyway, little by little.
   */
  public void compact() {
    if (closed) {
      throw closedFailure();
    }
    changing.lock();
    try {
      upkeep.freeze();
    } finally {
      changing.unlock();
    }
    while (upkeep.work() > 0) {}
  }

  /** A piece of upkeep; gives how much that was, 0 when there was nothing to do. */
  int work() {
    return upkeep.work();
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

  void letGo() {
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
    boolean interrupted = Thread.interrupted();
    try {
      if (closed) {
        return;
      }
      closed = true;
      maintenance.remove(this);
      upkeep.end(forced);
      letGo();
    } finally {
      writing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Nobody reads or writes any more. */
  private void free() {
    try {
      // On a full disk this fails; the next opening then takes the end of the log for torn.
      files.directory().markClosed(forced);
    } catch (IOException e) {
      LOG.warn("Shard {}: cannot note that it was closed: {}", identity, e.toString());
    }
    try {
      files.close();
    } catch (IOException e) {
      LOG.warn("Shard {}: trouble at closing; nothing that was committed is lost", identity, e);
    }
  }
}
