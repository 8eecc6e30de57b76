package io.tidemark.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ordered index: which keys follow a key, in unsigned byte order. It holds keys only.
 *
 * <p>A key stands in layers, from new to old: a map in memory that is written to, maps that wait to
 * be flushed, and sorted immutable files ("runs"). What the newest layer that has a key says of it
 * holds: that it was added, or removed. Layers are never changed but the newest; {@link
 * #flushOldest} and {@link #mergeOnce} make a new list of layers that says the same, and publish it
 * with one write. So a cursor reads the layers of the moment at which it was made, and nobody waits
 * for anybody.
 *
 * <p>{@link MergePolicy} says how many runs there are and how often a key is written again. Remove
 * markers go when the oldest run is merged; until then a cursor steps over the keys that they hide.
 *
 * <p>What was in memory is lost when the process ends: the caller keeps {@link #runFiles} together
 * with the place from which it has to add again.
 *
 * <p>Threads: one at a time may add, remove and freeze; one at a time, beside it, may flush, merge,
 * force and ask for the run files; any may make cursors. Nobody may do anything at or after {@link
 * #close}.
 */
final class OrderedKeys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OrderedKeys.class);

  private final Path directory;
  private final String identity;
  private final Consumer<Runnable> retire;

  /** Replaced under the lock of this object, never changed. */
  private volatile Layers layers;

  private final BlockBuffers buffers = new BlockBuffers();

  /** Merged away, but perhaps still being read. */
  private final Set<KeyRun> retired = ConcurrentHashMap.newKeySet();

  private long nextNumber;
  private boolean closed;

  /** What was being written when there was nothing to merge. */
  private @Nullable RecentKeys activeThen;

  private int recentThen;

  /** All layers of a moment; the lists have the oldest first. */
  private record Layers(RecentKeys active, List<RecentKeys> frozen, List<KeyRun> runs) {}

  private OrderedKeys(
      Path directory,
      String identity,
      List<KeyRun> runs,
      long nextNumber,
      Consumer<Runnable> retire) {
    this.directory = directory;
    this.identity = identity;
    this.retire = retire;
    this.nextNumber = nextNumber;
    this.layers = new Layers(new RecentKeys(), List.of(), List.copyOf(runs));
  }

  /**
   * Opens the index as of a list of runs.
   *
   * @param runFiles names of runs, oldest first, as {@link #runFiles} gave them; other run files in
   *     the directory are deleted
   * @param retire takes what has to be done to files that were merged away. It must do it when no
   *     reader of now is left, and a list of run files from after the call has been kept
   * @throws StoreException CORRUPT when a run is missing or damaged, WRONG_FORMAT when a newer
   *     version wrote it, WRONG_IDENTITY when it is another shard's
   */
  static OrderedKeys open(
      Path directory, String identity, List<String> runFiles, Consumer<Runnable> retire)
      throws IOException {
    Files.createDirectories(directory);
    List<KeyRun> runs = new ArrayList<>();
    try {
      for (String name : runFiles) {
        if (RunFormat.numberOf(name) < 0) {
          throw new StoreException(
              StoreException.Kind.CORRUPT,
              "Shard "
                  + identity
                  + " is corrupt: '"
                  + name
                  + "' is listed as a run of its ordered index in "
                  + directory
                  + ", but is no name of one. Delete the shard's directory and load it again.");
        }
        runs.add(KeyRun.open(directory.resolve(name), identity));
      }
      long last = deleteOthers(directory, new HashSet<>(runFiles));
      return new OrderedKeys(directory, identity, runs, last + 1, retire);
    } catch (Throwable e) {
      runs.forEach(KeyRun::unmap);
      throw e;
    }
  }

  /** Gives the highest number that any run had, so that no number is used twice. */
  private static long deleteOthers(Path directory, Set<String> listed) throws IOException {
    long last = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        boolean isTemporary = name.endsWith(RunFormat.TEMPORARY_SUFFIX);
        long number =
            RunFormat.numberOf(
                isTemporary
                    ? name.substring(0, name.length() - RunFormat.TEMPORARY_SUFFIX.length())
                    : name);
        last = Math.max(last, number);
        if (number >= 0 && !listed.contains(name)) {
          Files.delete(file);
        }
      }
    }
    return last;
  }

  /** Adds a key; nothing changes when it is there. The caller must not change the array later. */
  void add(byte[] key) {
    layers.active().put(key, false);
  }

  /** Hides a key, wherever it is. The caller must not change the array later. */
  void remove(byte[] key) {
    layers.active().put(key, true);
  }

  /** Keys in the map that is being written to. */
  int recentKeys() {
    return layers.active().size();
  }

  /**
   * Puts the map that is being written to behind those that wait to be flushed, and starts a new
   * one; false when it was empty.
   */
  synchronized boolean freeze() {
    Layers now = layers;
    if (now.active().size() == 0) {
      return false;
    }
    List<RecentKeys> frozen = new ArrayList<>(now.frozen());
    frozen.add(now.active());
    layers = new Layers(new RecentKeys(), List.copyOf(frozen), now.runs());
    return true;
  }

  /** Maps that wait to be flushed. */
  int frozenMaps() {
    return layers.frozen().size();
  }

  /**
   * Writes the oldest frozen map to a run, which takes its place; nothing happens when there is
   * none. After a failure nothing has changed.
   */
  void flushOldest() throws IOException {
    Layers now = layers;
    if (now.frozen().isEmpty()) {
      return;
    }
    List<KeySource> newestFirst = new ArrayList<>();
    now.frozen().get(0).addTo(newestFirst, LogRecord.NO_BYTES);
    KeyRun run = write(newestFirst, now.runs().isEmpty());
    synchronized (this) {
      List<RecentKeys> frozen = layers.frozen();
      layers =
          new Layers(
              layers.active(),
              List.copyOf(frozen.subList(1, frozen.size())),
              with(layers.runs(), run));
    }
  }

  /**
   * Merges some runs if {@link MergePolicy} wants it; false when there is nothing to do. As long as
   * nothing is added or removed after that, the policy for quiet moments holds. After a failure
   * nothing has changed.
   *
   * @throws StoreException CORRUPT when a block of a run is damaged
   */
  boolean mergeOnce() throws IOException {
    List<KeyRun> runs = layers.runs();
    long[] sizes = runs.stream().mapToLong(KeyRun::sizeBytes).toArray();
    RecentKeys active = layers.active();
    boolean isQuiet = active == activeThen && active.size() == recentThen;
    int oldest = MergePolicy.oldestToMerge(sizes, RunFormat.MAX_FILE_BYTES, isQuiet);
    if (oldest < 0) {
      activeThen = active;
      recentThen = active.size();
      return false;
    }
    merge(runs, oldest);
    return true;
  }

  private void merge(List<KeyRun> runs, int oldest) throws IOException {
    List<KeyRun> old = runs.subList(oldest, runs.size());
    List<KeySource> newestFirst = new ArrayList<>();
    for (int i = old.size() - 1; i >= 0; i--) {
      addTo(newestFirst, RunSource.from(old.get(i), LogRecord.NO_BYTES, buffers));
    }
    KeyRun merged = write(newestFirst, oldest == 0);
    retired.addAll(old);
    synchronized (this) {
      layers = new Layers(layers.active(), layers.frozen(), with(runs.subList(0, oldest), merged));
    }
    retire.accept(() -> discard(old));
  }

  /** Gives null when no key is left to write. */
  private @Nullable KeyRun write(List<KeySource> newestFirst, boolean isOldest) throws IOException {
    try (KeyCursor keys = new KeyCursor(newestFirst);
        RunWriter writer = RunWriter.create(directory, identity, nextNumber)) {
      nextNumber++;
      while (isOldest ? keys.next() : keys.nextEntry()) {
        writer.add(keys.lead());
      }
      return writer.entries() == 0 ? null : KeyRun.open(writer.finish(), identity);
    }
  }

  private static List<KeyRun> with(List<KeyRun> runs, @Nullable KeyRun run) {
    List<KeyRun> more = new ArrayList<>(runs);
    if (run != null) {
      more.add(run);
    }
    return List.copyOf(more);
  }

  /** After the end of this object the next opening does it. */
  private synchronized void discard(List<KeyRun> runs) {
    if (closed) {
      return;
    }
    for (KeyRun run : runs) {
      try {
        run.delete();
      } catch (IOException e) {
        LOG.warn("Shard {}: cannot delete {}, the next opening will", identity, run.file(), e);
      }
      retired.remove(run);
    }
  }

  /**
   * Names of the runs, oldest first: with what was frozen and not flushed, and what was added
   * since, they are all keys.
   */
  List<String> runFiles() {
    return layers.runs().stream().map(KeyRun::name).toList();
  }

  /**
   * The keys from this one on. Sees everything that was added or removed before the call, and some
   * of what is later.
   *
   * @throws StoreException CORRUPT when a block of a run is damaged
   */
  KeyCursor cursor(byte[] from) {
    Layers now = layers;
    List<RecentKeys> frozen = now.frozen();
    List<KeyRun> runs = now.runs();
    List<KeySource> newestFirst = new ArrayList<>(1 + frozen.size() + runs.size());
    now.active().addTo(newestFirst, from);
    for (int i = frozen.size() - 1; i >= 0; i--) {
      frozen.get(i).addTo(newestFirst, from);
    }
    for (int i = runs.size() - 1; i >= 0; i--) {
      addTo(newestFirst, RunSource.from(runs.get(i), from, buffers));
    }
    return new KeyCursor(newestFirst);
  }

  private static void addTo(List<KeySource> sources, @Nullable KeySource source) {
    if (source != null) {
      sources.add(source);
    }
  }

  /** Size of all run files, those that were merged away and are still there too. */
  long diskBytes() {
    long bytes = 0;
    for (KeyRun run : retired) {
      bytes += run.sizeBytes();
    }
    for (KeyRun run : layers.runs()) {
      bytes += run.sizeBytes();
    }
    return bytes;
  }

  /**
   * Reads every byte of every run. As a reader: no run of now may be unmapped meanwhile.
   *
   * @throws StoreException CORRUPT when one is not as it was written
   */
  void verify() {
    layers.runs().forEach(KeyRun::verify);
  }

  /** Forces the runs to disk that have not been forced yet, and their names. */
  void force() throws IOException {
    List<KeyRun> unforced = layers.runs().stream().filter(run -> !run.isForced()).toList();
    if (unforced.isEmpty()) {
      return;
    }
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
    for (KeyRun run : unforced) {
      run.force();
    }
  }

  /** Unmaps all runs. What has been handed to be retired does nothing from now on. */
  @Override
  public synchronized void close() {
    closed = true;
    layers.runs().forEach(KeyRun::unmap);
    retired.forEach(KeyRun::unmap);
    retired.clear();
  }
}
