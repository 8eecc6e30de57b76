package io.tidemark.store;

import io.tidemark.store.StoreDirectory.LastSession;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of an open store: how they are opened, and brought back into line with each other after
 * a crash.
 */
final class StoreFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreFiles.class);

  /** Keys in memory before they go into a file, while the indexes are rebuilt. */
  private static final int REBUILD_KEYS = 256 << 10;

  private final String identity;
  private final StoreDirectory directory;
  private final RecordLog log;
  private final Readers readers;
  private final @Nullable Manifest manifest;

  private final PointIndex points;
  private final OrderedKeys keys;
  private final Garbage garbage;
  private boolean rebuilt;

  private StoreFiles(
      String identity,
      StoreDirectory directory,
      RecordLog log,
      Readers readers,
      @Nullable Manifest manifest,
      PointIndex points,
      OrderedKeys keys,
      Garbage garbage) {
    this.identity = identity;
    this.directory = directory;
    this.log = log;
    this.readers = readers;
    this.manifest = manifest;
    this.points = points;
    this.keys = keys;
    this.garbage = garbage;
  }

  static StoreFiles open(ShardStoreConfig config, String identity) throws IOException {
    StoreDirectory directory = StoreDirectory.open(config.directory(), identity);
    try {
      Manifest manifest = Manifest.read(directory.manifest(), identity);
      LastSession last = directory.lastSessionEnd();
      RecordLog log =
          RecordLog.open(
              directory.log(),
              identity,
              config.segmentBytes(),
              last,
              manifest == null ? null : manifest.segments(),
              manifest == null ? Address.NONE : manifest.forcedTo());
      try {
        Readers readers = new Readers(config.maxSnapshots());
        return open(identity, directory, log, readers, manifest);
      } catch (Throwable e) {
        log.close();
        throw e;
      }
    } catch (Throwable e) {
      directory.close();
      throw e;
    }
  }

  private static StoreFiles open(
      String identity,
      StoreDirectory directory,
      RecordLog log,
      Readers readers,
      @Nullable Manifest manifest)
      throws IOException {
    boolean lost = directory.lastSessionEnd() == LastSession.LOST_WITH_MACHINE;
    if (manifest != null && !lost) {
      PointIndex points =
          PointIndex.open(directory.index(), log, manifest.pointIndex(), readers::retire);
      if (points == null) {
        LOG.warn("Shard {}: the point index is damaged or missing", identity);
      } else {
        try {
          OrderedKeys keys =
              OrderedKeys.open(directory.index(), identity, manifest.runs(), readers::retire);
          return new StoreFiles(
              identity, directory, log, readers, manifest, points, keys, manifest.garbage());
        } catch (StoreException e) {
          points.close();
          if (e.kind() != StoreException.Kind.CORRUPT) {
            throw e;
          }
          LOG.warn("Shard {}: {}", identity, e.getMessage());
        } catch (Throwable e) {
          points.close();
          throw e;
        }
      }
    }
    PointIndex points = PointIndex.create(directory.index(), log, readers::retire);
    try {
      OrderedKeys keys = OrderedKeys.open(directory.index(), identity, List.of(), readers::retire);
      StoreFiles files =
          new StoreFiles(identity, directory, log, readers, manifest, points, keys, new Garbage());
      files.rebuilt = true;
      return files;
    } catch (Throwable e) {
      points.close();
      throw e;
    }
  }

  /** Brings the indexes to the end of the log, and the writer to the last commit. */
  ShardWriter recover(int maxRowBytes, SpaceCheck space) throws IOException {
    if (rebuilt) {
      if (!log.segmentNumbers().isEmpty()) {
        LOG.warn("Shard {}: the indexes are rebuilt from the log", identity);
      }
      WriterState state = new Rebuild(log, points, keys, garbage).run(this::flushSome);
      return new ShardWriter(log, points, keys, garbage, state, maxRowBytes, space);
    }
    WriterState from = replayedFrom();
    ShardWriter writer = new ShardWriter(log, points, keys, garbage, from, maxRowBytes, space);
    log.reached(from.end());
    RecordLog.Replay tail = log.replayAfter(from.end());
    writer.recover(tail);
    tail.seal();
    return writer;
  }

  private void flushSome() {
    try {
      if (keys.recentKeys() >= REBUILD_KEYS && keys.freeze()) {
        keys.flushOldest();
      }
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.IO, "Cannot write the ordered index of shard " + identity, e);
    }
  }

  /** The state that the manifest had. */
  WriterState replayedFrom() {
    return manifest == null || rebuilt ? WriterState.START : manifest.state();
  }

  /** Whether what the indexes hold has to be told to a new manifest. */
  boolean manifestIsOld() {
    return rebuilt || manifest == null || manifest.state().end() != log.end();
  }

  /** The oldest step of which all versions are known to be there. */
  long oldestStep(Committed last) {
    return manifest == null ? last.step() : manifest.oldestStep();
  }

  long forcedTo() {
    return manifest == null ? Address.NONE : manifest.forcedTo();
  }

  StoreDirectory directory() {
    return directory;
  }

  RecordLog log() {
    return log;
  }

  PointIndex points() {
    return points;
  }

  OrderedKeys keys() {
    return keys;
  }

  Garbage garbage() {
    return garbage;
  }

  Readers readers() {
    return readers;
  }

  /** Nobody reads or writes any more. */
  @Override
  public void close() throws IOException {
    keys.close();
    points.close();
    log.close();
    directory.close();
  }
}
