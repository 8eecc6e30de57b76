package io.tidemark.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * The point index: from key to the address of its newest version, committed or not. Readers that
 * want an older one follow the versions from there.
 *
 * <p><b>Growth.</b> When a table is seven tenths full, a new one is made in a file of its own. The
 * old one stays the one that is read and that counts; each later change moves some slots over and
 * is made in both, until the new table has everything and takes its place. Readers never wait and
 * never look twice. Moving a slot means reading its key from the log. A process that dies in the
 * middle has only the old table.
 *
 * <p>The hash is XXH3, which is the same on every machine.
 *
 * <p>One thread at a time writes; any thread finds, with a {@link RecordReader} of its own.
 */
final class PointIndex implements AutoCloseable {
  private static final LongHashFunction HASH = LongHashFunction.xx3();
  private static final String PREFIX = "points-";
  private static final String SUFFIX = ".tdi";
  private static final int INITIAL_LOG_SLOTS = 9;

  // A table is replaced when so much of it is in use. At the end of the move it is fuller by
  // 1/MOVES_PER_CHANGE of its slots, and the new one, twice as large, then takes 19.4 bytes a key;
  // that is the most it ever does.
  private static final double FULL = 0.7;
  private static final int MOVES_PER_CHANGE = 8;

  /** Slots are moved so many at a time, for memory to be waited for together. */
  private static final int MOVE_BATCH = 64;

  /** Enough of a record to have its key, in most cases. */
  private static final int KEY_PREFETCH_BYTES = 128;

  private final Path directory;
  private final RecordLog log;
  private final RecordReader reader;
  private final Consumer<Runnable> retire;

  private volatile PointTable table;
  private int generation;

  private @Nullable PointTable next;
  private int moved;
  private int movesDue;

  // Where the writer's last look-up ended.
  private int foundPlace;
  private int freePlace;

  private PointIndex(
      Path directory, RecordLog log, PointTable table, int generation, Consumer<Runnable> retire) {
    this.directory = directory;
    this.log = log;
    this.reader = new RecordReader(log);
    this.table = table;
    this.generation = generation;
    this.retire = retire;
  }

  /**
   * Opens the index of a generation.
   *
   * @param retire takes what is to be done when nobody needs a table any more
   * @return null when its file is missing or not what was written
   */
  static @Nullable PointIndex open(
      Path directory, RecordLog log, int generation, Consumer<Runnable> retire) throws IOException {
    PointTable table = PointTable.open(file(directory, generation));
    if (table == null) {
      return null;
    }
    PointIndex index = new PointIndex(directory, log, table, generation, retire);
    deleteOthers(directory, table.file());
    return index;
  }

  /** An empty index in place of whatever there is. */
  static PointIndex create(Path directory, RecordLog log, Consumer<Runnable> retire)
      throws IOException {
    Files.createDirectories(directory);
    deleteOthers(directory, null);
    PointTable table = PointTable.create(file(directory, 1), INITIAL_LOG_SLOTS);
    return new PointIndex(directory, log, table, 1, retire);
  }

  private static void deleteOthers(Path directory, @Nullable Path kept) throws IOException {
    List<Path> others;
    try (Stream<Path> files = Files.list(directory)) {
      others =
          files
              .filter(file -> file.getFileName().toString().startsWith(PREFIX))
              .filter(file -> !file.equals(kept))
              .toList();
    }
    for (Path file : others) {
      Files.delete(file);
    }
  }

  private static Path file(Path directory, int generation) {
    return directory.resolve(PREFIX + generation + SUFFIX);
  }

  static long hash(byte[] key) {
    return HASH.hashBytes(key);
  }

  /**
   * The address of a key's newest version, at which the reader then stands; NONE when there is no
   * such key.
   *
   * @throws StoreException CORRUPT when a record on the way is not what was written
   */
  long find(byte[] key, long hash, RecordReader with) {
    return probe(table, key, hash, with) < 0 ? Address.NONE : with.address();
  }

  /**
   * The place of a key, at whose newest version the reader then stands; or, when there is no such
   * key, the complement of the place where it would go.
   */
  private static int probe(PointTable in, byte[] key, long hash, RecordReader with) {
    int free = -1;
    for (int place = in.first(hash); ; place = in.next(place)) {
      long slot = in.slot(place);
      if (slot == PointTable.EMPTY) {
        return ~(free < 0 ? place : free);
      }
      long address = PointTable.address(slot);
      if (address == PointTable.REMOVED) {
        free = free < 0 ? place : free;
      } else if (PointTable.mayBe(slot, hash)) {
        with.goTo(address);
        if (with.isOf(key)) {
          return place;
        }
      }
    }
  }

  /** Has the processor fetch the place where a look-up will begin. */
  long prefetch(long hash) {
    PointTable in = table;
    return in.slot(in.first(hash));
  }

  /** The address that a look-up is likely to find, or NONE; reads no record. */
  long guess(long hash) {
    PointTable in = table;
    for (int place = in.first(hash); ; place = in.next(place)) {
      long slot = in.slot(place);
      if (slot == PointTable.EMPTY) {
        return Address.NONE;
      }
      long address = PointTable.address(slot);
      if (address != PointTable.REMOVED && PointTable.mayBe(slot, hash)) {
        return address;
      }
    }
  }

  /** Whether an address is named as that of a key's newest version; reads no record. */
  boolean names(long hash, long address) {
    return table.placeOf(hash, address) >= 0;
  }

  /**
   * As {@link #find}, for the writer, who may follow it with {@link #set} or {@link #remove} of
   * this key.
   */
  long findToChange(byte[] key, long hash, RecordReader with) {
    int place = probe(table, key, hash, with);
    foundPlace = place < 0 ? -1 : place;
    freePlace = ~place;
    return place < 0 ? Address.NONE : with.address();
  }

  /**
   * Makes room for one more key.
   *
   * @throws StoreException NO_SPACE when the shard has more keys than a table can have, IO
   */
  void makeRoom() {
    PointTable now = table;
    if (next != null || now.used() < now.slots() * FULL) {
      return;
    }
    boolean crowded = now.live() >= now.slots() * FULL / 2;
    int logSlots = crowded ? now.logSlots() + 1 : now.logSlots();
    if (logSlots > PointTable.MAX_LOG_SLOTS) {
      throw new StoreException(
          StoreException.Kind.NO_SPACE,
          "A shard holds at most "
              + (long) ((1L << PointTable.MAX_LOG_SLOTS) * FULL)
              + " keys. Use more shards");
    }
    Path file = file(directory, generation + 1);
    try {
      // Left there by an attempt that found no room on the disk.
      Files.deleteIfExists(file);
      next = PointTable.create(file, logSlots);
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.IO, "Cannot make a larger point index in " + file, e);
    }
    moved = 0;
    movesDue = 0;
  }

  /** The key of the writer's last look-up has its newest version there. */
  void set(long hash, long address) {
    PointTable now = table;
    PointTable growing = next;
    if (foundPlace >= 0) {
      long before = PointTable.address(now.slot(foundPlace));
      now.set(foundPlace, PointTable.slot(hash, address));
      if (growing != null && foundPlace < moved) {
        growing.set(growing.placeOf(hash, before), PointTable.slot(hash, address));
      }
    } else {
      now.set(freePlace, PointTable.slot(hash, address));
      foundPlace = freePlace;
      if (growing != null && freePlace < moved) {
        growing.insert(hash, address);
      }
    }
    moveSome();
  }

  /** The key of the writer's last look-up, which found one, is no more. */
  void remove(long hash) {
    PointTable now = table;
    long before = PointTable.address(now.slot(foundPlace));
    long removed = PointTable.slot(hash, PointTable.REMOVED);
    now.set(foundPlace, removed);
    PointTable growing = next;
    if (growing != null && foundPlace < moved) {
      growing.set(growing.placeOf(hash, before), removed);
    }
    moveSome();
  }

  private void moveSome() {
    if (next == null) {
      return;
    }
    movesDue += MOVES_PER_CHANGE;
    if (movesDue < MOVE_BATCH) {
      return;
    }
    movesDue = 0;
    PointTable from = table;
    int end = Math.min(from.slots(), moved + MOVE_BATCH);
    for (int place = moved; place < end; place++) {
      long address = PointTable.address(from.slot(place));
      if (address > PointTable.REMOVED) {
        reader.prefetch(address, KEY_PREFETCH_BYTES);
      }
    }
    for (int place = moved; place < end; place++) {
      long address = PointTable.address(from.slot(place));
      if (address > PointTable.REMOVED) {
        reader.goTo(address);
        next.insert(hash(reader.key()), address);
      }
    }
    moved = end;
    if (moved == from.slots()) {
      PointTable full = next;
      next = null;
      generation++;
      table = full;
      retire.accept(
          () -> {
            from.unmap();
            delete(from.file());
          });
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.IO, "Cannot delete " + file, e);
    }
  }

  /** Names the table that counts. */
  int generation() {
    return generation;
  }

  long mappedBytes() {
    PointTable growing = next;
    return table.mappedBytes() + (growing == null ? 0 : growing.mappedBytes());
  }

  /**
   * Checks every slot. Only while nobody writes.
   *
   * @throws StoreException CORRUPT when the table is not what was written
   */
  void verify() {
    PointTable now = table;
    if (!now.isIntact()) {
      throw new StoreException(
          StoreException.Kind.CORRUPT,
          "The point index "
              + now.file()
              + " is not what was written. Close the store and open it again: the index is then"
              + " rebuilt from the log");
    }
  }

  void force() {
    table.force();
  }

  /** Nobody may read any more. */
  @Override
  public void close() {
    table.unmap();
    if (next != null) {
      next.unmap();
      delete(next.file());
      next = null;
    }
  }
}
