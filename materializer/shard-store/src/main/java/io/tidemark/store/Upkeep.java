package io.tidemark.store;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done for a store beside its writer's calls: recent keys go into files, files are
 * merged, segments are compacted, and now and then a manifest says from where on the log has to be
 * read after a crash. Each piece is small; between two of them, and most of the time within one,
 * the writer goes on.
 *
 * <p>One piece at a time, on whichever thread; see {@link Maintenance}.
 */
final class Upkeep {
  /**
   * A segment, to the number of keys in memory before they go into a file: 8 Ki for 64 MiB. Adding
   * a key to more of them costs more than merging more files does.
   */
  private static final int SEGMENT_BYTES_PER_RECENT_KEY = 8 << 10;

  /** How much of the log may have to be read again at an opening: half a segment, 32 MiB. */
  private static final int REPLAYS_PER_SEGMENT = 2;

  /** Frozen maps of keys that may wait for their file before the writer has to help. */
  private static final int MAX_FROZEN = 16;

  /** Records that compaction looks at before the writer waits for those that are to be copied. */
  private static final int SLICE_RECORDS = 256;

  /** Share of dead bytes that makes a segment worth compacting. */
  private static final double DEAD_SHARE = 0.5;

  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  private final String identity;
  private final StoreDirectory directory;
  private final RecordLog log;
  private final PointIndex points;
  private final OrderedKeys keys;
  private final Garbage garbage;
  private final ShardWriter writer;
  private final Readers readers;
  private final SpaceCheck space;
  private final Duration retention;
  private final Duration maxSnapshotAge;
  private final int segmentBytes;
  private final boolean manifestIsOld;

  /** Held while the log or the indexes change. */
  private final ReentrantLock changing;

  /** Held while a piece of upkeep is done; taken before {@link #changing}. */
  private final ReentrantLock running = new ReentrantLock();

  /** States that count once the keys frozen with them are in a file. */
  private final Deque<Flushed> frozen = new ArrayDeque<>();

  private Flushed flushed;
  private long logBytesAtFreeze;
  private boolean manifestDue;
  private long forcedTo;

  private @Nullable Compaction compaction;

  /** Whether the store has been closed: its files are not touched any more. */
  private boolean ended;

  /** Segments in which nothing is the newest version of its key, by number. */
  private final TreeMap<Integer, Emptied> emptied = new TreeMap<>();

  /** Segments that no manifest shall name any more, though their files may still be there. */
  private final Set<Integer> gone = new TreeSet<>();

  /** Versions that only readers of earlier steps need may have been dropped. */
  private volatile long oldestStep;

  /** What the manifest in place says of that. */
  private long toldOldestStep;

  /** No reader is, or can be, behind this step; never above {@link #oldestStep}. */
  private long horizon;

  private record Flushed(WriterState state, Garbage garbage) {}

  /**
   * A segment that has been emptied.
   *
   * @param step nobody at this step or a later one needs anything in it
   * @param revivals unless there have been more by now
   */
  private record Emptied(long step, int revivals) {}

  Upkeep(
      String identity,
      ShardStoreConfig config,
      StoreFiles files,
      ShardWriter writer,
      SpaceCheck space,
      ReentrantLock changing) {
    this.identity = identity;
    this.directory = files.directory();
    this.log = files.log();
    this.points = files.points();
    this.keys = files.keys();
    this.garbage = files.garbage();
    this.readers = files.readers();
    this.writer = writer;
    this.space = space;
    this.retention = config.retention();
    this.maxSnapshotAge = config.maxSnapshotAge();
    this.segmentBytes = config.segmentBytes();
    this.changing = changing;
    this.manifestIsOld = files.manifestIsOld();
    this.oldestStep = files.oldestStep(writer.committed());
    this.toldOldestStep = manifestIsOld ? 0 : oldestStep;
    this.forcedTo = files.forcedTo();
    this.flushed = new Flushed(files.replayedFrom(), files.garbage().copy(segmentNumbers()));
    this.logBytesAtFreeze = garbage.totalBytes();
  }

  /** To be called once the store is recovered: what recovery has read need not be read again. */
  void begin() {
    if (!manifestIsOld) {
      return;
    }
    try {
      flushAll(false);
    } catch (IOException | StoreException e) {
      // A full disk must not keep anybody from reading.
      LOG.warn(
          "Shard {}: the next opening will have to read as much of the log again: {}",
          identity,
          e.getMessage());
    }
  }

  /** The oldest step that can be read. */
  long oldestStep() {
    return oldestStep;
  }

  /**
   * To be called by the writer after each change, with {@link #changing} held.
   *
   * @return whether there is work now
   */
  boolean afterChange() {
    if (keys.recentKeys() < segmentBytes / SEGMENT_BYTES_PER_RECENT_KEY
        && garbage.totalBytes() - logBytesAtFreeze < segmentBytes / REPLAYS_PER_SEGMENT) {
      return false;
    }
    freeze();
    return true;
  }

  /** With {@link #changing} held. */
  void freeze() {
    Flushed now = new Flushed(writer.state(), garbage.copy(segmentNumbers()));
    logBytesAtFreeze = garbage.totalBytes();
    if (keys.freeze()) {
      frozen.addLast(now);
    } else if (frozen.isEmpty()) {
      flushed = now;
      manifestDue = true;
    } else {
      // No key has been added since: that state counts as soon as the one before it does.
      frozen.removeLast();
      frozen.addLast(now);
    }
  }

  /** Whether the writer adds keys faster than they get into files. */
  boolean isBehind() {
    return keys.frozenMaps() >= MAX_FROZEN;
  }

  /** The writer's help, without {@link #changing}. */
  void catchUp() {
    running.lock();
    try {
      if (isBehind()) {
        flushKeys();
      }
    } finally {
      running.unlock();
    }
  }

  /**
   * Does a piece of work.
   *
   * @return bytes read and written, at least 1; 0 when there was nothing to do
   * @throws StoreException CORRUPT when compaction met a damaged record, IO, NO_SPACE
   */
  int work() {
    running.lock();
    try {
      if (ended) {
        return 0;
      }
      readers.expireOpenedBefore(System.nanoTime() - maxSnapshotAge.toNanos());
      freeRetired();
      if (keys.frozenMaps() > 0) {
        flushKeys();
        return 1;
      }
      if (keys.mergeOnce()) {
        manifestDue = true;
        return 1;
      }
      if (manifestDue || readers.needsManifest()) {
        writeManifest(false);
        freeRetired();
      }
      return compact();
    } catch (IOException e) {
      throw failure(e);
    } finally {
      running.unlock();
    }
  }

  private StoreException failure(IOException e) {
    return new StoreException(
        StoreException.Kind.IO, "Cannot keep up the files of shard " + identity, e);
  }

  private void freeRetired() {
    changing.lock();
    try {
      readers.free();
    } finally {
      changing.unlock();
    }
  }

  private void flushKeys() {
    try {
      keys.flushOldest();
    } catch (IOException e) {
      throw failure(e);
    }
    changing.lock();
    try {
      flushed = frozen.removeFirst();
      manifestDue = true;
    } finally {
      changing.unlock();
    }
  }

  private Set<Integer> segmentNumbers() {
    Set<Integer> numbers = new TreeSet<>(log.segmentNumbers());
    numbers.removeAll(gone);
    return numbers;
  }

  private void writeManifest(boolean forced) throws IOException {
    Manifest manifest;
    int retired;
    changing.lock();
    try {
      retired = readers.retiredCount();
      manifest =
          new Manifest(
              flushed.state(),
              keys.runFiles(),
              points.generation(),
              segmentNumbers(),
              forcedTo,
              oldestStep,
              flushed.garbage());
      manifestDue = false;
    } finally {
      changing.unlock();
    }
    directory.writeManifest(manifest.encode(identity), forced);
    readers.manifestWritten(retired);
    toldOldestStep = manifest.oldestStep();
  }

  /**
   * The step that every reader of today and of the promised past sees, or a later one. Versions
   * that only earlier steps need may go from now on.
   */
  private long moveHorizon() {
    Committed last = writer.committed();
    long kept = last.step();
    if (!retention.isZero()) {
      long since = System.currentTimeMillis() - retention.toMillis();
      Committed then = Committed.newest(log, last, commit -> commit.value().millis() <= since);
      kept = then == null ? oldestStep : then.step();
    }
    kept = Math.min(kept, writer.oldestSavepointStep());
    kept = Math.min(kept, readers.oldestStep());
    oldestStep = Math.max(oldestStep, kept);
    // Whoever has entered since, and did not see what has just been said, is seen here. And once
    // nobody is behind a step, nobody ever will be: a reader that has not made up its mind yet does
    // not bring an older one back.
    horizon = Math.max(horizon, Math.min(kept, readers.oldestStep()));
    return horizon;
  }

  /** Frees what has been emptied, or goes on with a compaction. */
  private int compact() throws IOException {
    if (compaction == null && removeEmptied()) {
      return 1;
    }
    Compaction current = compaction == null ? beginCompaction() : compaction;
    if (current == null) {
      return 0;
    }
    // Whatever fails in a slice, the next one begins with the segment anew.
    compaction = null;
    int bytes = current.read(SLICE_RECORDS);
    changing.lock();
    try {
      bytes += current.move();
      afterChange();
      if (current.isDone()) {
        int number = current.segment();
        long step =
            Math.max(
                garbage.lastSuperseded(number),
                Math.max(current.lastCommit() + 1, current.lastRow()));
        emptied.put(number, new Emptied(step, current.revivals()));
      } else {
        compaction = current;
      }
    } finally {
      changing.unlock();
    }
    return Math.max(1, bytes);
  }

  private @Nullable Compaction beginCompaction() throws IOException {
    changing.lock();
    try {
      space.beforeUpkeep();
      long horizon = moveHorizon();
      int victim =
          garbage.best(firstUntouchable(), horizon, DEAD_SHARE, segmentBytes, emptied.keySet());
      Segment segment = victim == 0 || gone.contains(victim) ? null : log.segment(victim);
      if (segment == null) {
        return null;
      }
      if (toldOldestStep < horizon) {
        // Whoever opens the store after a crash must not promise what is dropped from now on.
        writeManifest(false);
      }
      boolean oldest = segmentNumbers().iterator().next() == victim;
      int revivals = garbage.revivals(victim);
      return new Compaction(log, points, keys, writer, segment, oldest, horizon, revivals);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Segments from this one on are left alone, since a rollback or a recovery may walk over them.
   */
  private int firstUntouchable() {
    return Address.segment(Math.min(flushed.state().oldestRead(), writer.oldestRead()));
  }

  /** Whether there were any that could go. */
  private boolean removeEmptied() throws IOException {
    if (emptied.isEmpty()) {
      return false;
    }
    Set<Integer> ready = new TreeSet<>();
    changing.lock();
    try {
      long horizon = moveHorizon();
      // The step that had superseded some of their records was given up: they count again.
      emptied
          .entrySet()
          .removeIf(each -> garbage.revivals(each.getKey()) > each.getValue().revivals());
      emptied
          .headMap(firstUntouchable())
          .forEach(
              (number, each) -> {
                if (each.step() <= horizon) {
                  ready.add(number);
                }
              });
    } finally {
      changing.unlock();
    }
    if (ready.isEmpty()) {
      return false;
    }
    // Recovery must not meet a record that names one of the originals, except the oldest versions
    // of a key, to which nobody goes. So it has to begin behind the copies.
    flushKeysOfNow();
    // The copies must be on disk before the originals go.
    forceLog();
    changing.lock();
    try {
      for (int number : ready) {
        emptied.remove(number);
        gone.add(number);
        garbage.removed(number);
        readers.retire(log.remove(number));
      }
    } finally {
      changing.unlock();
    }
    writeManifest(true);
    freeRetired();
    return true;
  }

  private void forceLog() throws IOException {
    List<Segment> unforced;
    long end;
    changing.lock();
    try {
      unforced = log.unforced();
      end = log.end();
    } finally {
      changing.unlock();
    }
    for (Segment segment : unforced) {
      segment.force();
    }
    changing.lock();
    try {
      log.forced(unforced);
      forcedTo = end;
    } finally {
      changing.unlock();
    }
  }

  /** From now on recovery begins here. */
  private void flushKeysOfNow() {
    changing.lock();
    try {
      freeze();
    } finally {
      changing.unlock();
    }
    while (keys.frozenMaps() > 0) {
      flushKeys();
    }
  }

  /**
   * Brings everything into files, so that the next opening has nothing to read again.
   *
   * @param forced whether the files must be on disk as well
   */
  void flushAll(boolean forced) throws IOException {
    running.lock();
    try {
      flushKeysOfNow();
      if (forced) {
        forceLog();
        keys.force();
        changing.lock();
        try {
          points.force();
        } finally {
          changing.unlock();
        }
      }
      writeManifest(forced);
    } finally {
      running.unlock();
    }
  }

  /**
   * The store closes: its writer's open step is void, and all is brought into files. Waits for a
   * piece of work that is being done, so that the files can be let go.
   */
  void end(boolean forced) {
    running.lock();
    try {
      ended = true;
      if (forced) {
        // All is on disk, and nothing has been written since.
        return;
      }
      changing.lock();
      try {
        writer.abort();
      } finally {
        changing.unlock();
      }
      flushAll(false);
      freeRetired();
    } catch (IOException | StoreException e) {
      LOG.warn(
          "Shard {}: could not be closed well; nothing that was committed is lost, the next"
              + " opening takes longer: {}",
          identity,
          e.getMessage());
    } finally {
      running.unlock();
    }
  }

  /** Reads the log and the indexes. */
  void verify() {
    running.lock();
    try {
      long end;
      changing.lock();
      try {
        end = log.end();
        points.verify();
      } finally {
        changing.unlock();
      }
      keys.verify();
      if (end != Address.NONE) {
        verifyLog(end);
      }
    } finally {
      running.unlock();
    }
  }

  private void verifyLog(long end) {
    RecordLog.Replay walk = log.replayAfter(Address.NONE);
    LogRecord record = walk.next();
    while (record != null && record.address() != end) {
      record = walk.next();
    }
    if (record == null) {
      throw walk.damage();
    }
  }
}
