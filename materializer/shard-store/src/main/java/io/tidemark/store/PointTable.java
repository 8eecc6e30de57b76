package io.tidemark.store;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.core.io.IOTools;
import org.jspecify.annotations.Nullable;

/**
 * One memory-mapped hash table: open addressing with linear probing, eight bytes a slot.
 *
 * <pre>
 *  0 long  magic
 *  8 int   format version
 * 12 int   binary logarithm of the number of slots
 * 16 long  sum of each page of 512 slots ...
 *    long  slot: 16 bits of the key's hash, 48 bits of address ...
 * </pre>
 *
 * <p>The hash's lowest bits name a key's first slot, its highest bits are its fingerprint. Each
 * page's sum is that of its slots, each times an odd number that follows from its place: it is kept
 * up with every change for the price of two multiplications, and no change of a single slot leaves
 * it as it was. So the next opening notices that bytes have changed on disk.
 *
 * <p>One thread at a time writes; readers see each slot whole, and behind it whatever had been
 * written before it.
 */
final class PointTable {
  static final int MIN_LOG_SLOTS = 9;

  /** A table of one GiB, the largest that one map holds. */
  static final int MAX_LOG_SLOTS = 27;

  static final long EMPTY = 0;

  /** In the place of an address: a key was here. Segments count from 1, so nothing is there. */
  static final long REMOVED = 1;

  private static final long MAGIC = 0x7e4b_0a91_54d1_6e02L;
  private static final int HEADER_BYTES = 16;
  private static final int LOG_PAGE_SLOTS = 9;
  private static final int FINGERPRINT_SHIFT = 48;
  private static final long ADDRESS_MASK = (1L << FINGERPRINT_SHIFT) - 1;
  private static final long ODD = 0x9e37_79b9_7f4a_7c15L;
  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final MappedByteBuffer bytes;
  private final int logSlots;
  private final int mask;
  private final int firstSlot;

  /** Slots that are not empty; known to the writer alone. */
  private int used;

  /** Slots that hold an address. */
  private int live;

  private PointTable(Path file, MappedByteBuffer bytes, int logSlots) {
    this.file = file;
    this.bytes = bytes;
    this.logSlots = logSlots;
    this.mask = (1 << logSlots) - 1;
    this.firstSlot = firstSlot(logSlots);
  }

  private static int firstSlot(int logSlots) {
    return HEADER_BYTES + (Long.BYTES << (logSlots - LOG_PAGE_SLOTS));
  }

  private static int fileBytes(int logSlots) {
    return firstSlot(logSlots) + (Long.BYTES << logSlots);
  }

  static PointTable create(Path file, int logSlots) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      DiskBlocks.allocate(channel, 0, fileBytes(logSlots));
      PointTable table = new PointTable(file, map(channel, fileBytes(logSlots)), logSlots);
      table.bytes.putInt(8, StoreDirectory.FORMAT_VERSION);
      table.bytes.putInt(12, logSlots);
      table.bytes.putLong(0, MAGIC);
      return table;
    }
  }

  /**
   * Opens a table and checks every slot of it.
   *
   * @return null when the file is not what was written
   * @throws StoreException WRONG_FORMAT
   */
  static @Nullable PointTable open(Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long size = channel.size();
      if (size < fileBytes(MIN_LOG_SLOTS) || size > fileBytes(MAX_LOG_SLOTS)) {
        return null;
      }
      MappedByteBuffer bytes = map(channel, size);
      int logSlots = bytes.getInt(12);
      boolean intact =
          bytes.getLong(0) == MAGIC
              && logSlots >= MIN_LOG_SLOTS
              && logSlots <= MAX_LOG_SLOTS
              && size == fileBytes(logSlots);
      if (intact && bytes.getInt(8) > StoreDirectory.FORMAT_VERSION) {
        int version = bytes.getInt(8);
        IOTools.clean(bytes);
        throw StoreDirectory.newer(file, version);
      }
      if (intact) {
        PointTable table = new PointTable(file, bytes, logSlots);
        if (table.count()) {
          return table;
        }
      }
      IOTools.clean(bytes);
      return null;
    }
  }

  private static MappedByteBuffer map(FileChannel channel, long size) throws IOException {
    MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    return bytes;
  }

  /** Counts the slots in use; false when a sum is wrong. */
  private boolean count() {
    for (int page = 0; page < 1 << (logSlots - LOG_PAGE_SLOTS); page++) {
      if (sum(page) != bytes.getLong(HEADER_BYTES + page * Long.BYTES)) {
        return false;
      }
    }
    return true;
  }

  /** The sum of a page; counts its slots on the way. */
  private long sum(int page) {
    long sum = 0;
    int end = (page + 1) << LOG_PAGE_SLOTS;
    int inUse = 0;
    int removed = 0;
    for (int i = page << LOG_PAGE_SLOTS; i < end; i++) {
      long slot = bytes.getLong(firstSlot + i * Long.BYTES);
      sum += mix(slot, i);
      inUse += slot == EMPTY ? 0 : 1;
      removed += address(slot) == REMOVED ? 1 : 0;
    }
    used += inUse;
    live += inUse - removed;
    return sum;
  }

  private static long mix(long slot, int place) {
    return slot * (place * ODD | 1);
  }

  /** Whether the sum of each page is right. Not while somebody writes. */
  boolean isIntact() {
    int usedBefore = used;
    int liveBefore = live;
    boolean intact = count();
    used = usedBefore;
    live = liveBefore;
    return intact;
  }

  int slots() {
    return mask + 1;
  }

  int logSlots() {
    return logSlots;
  }

  int used() {
    return used;
  }

  int live() {
    return live;
  }

  long mappedBytes() {
    return bytes.capacity();
  }

  Path file() {
    return file;
  }

  int first(long hash) {
    return (int) hash & mask;
  }

  int next(int place) {
    return (place + 1) & mask;
  }

  long slot(int place) {
    return (long) LONGS.getAcquire(bytes, firstSlot + place * Long.BYTES);
  }

  static long address(long slot) {
    return slot & ADDRESS_MASK;
  }

  /** Whether a slot in use may be one of a key with that hash. */
  static boolean mayBe(long slot, long hash) {
    return (slot ^ hash) >>> FINGERPRINT_SHIFT == 0;
  }

  static long slot(long hash, long address) {
    return (hash & ~ADDRESS_MASK) | address;
  }

  /** Readers find the new content from now on. */
  void set(int place, long slot) {
    int at = firstSlot + place * Long.BYTES;
    long before = bytes.getLong(at);
    LONGS.setRelease(bytes, at, slot);
    int sumAt = HEADER_BYTES + (place >>> LOG_PAGE_SLOTS) * Long.BYTES;
    bytes.putLong(sumAt, bytes.getLong(sumAt) - mix(before, place) + mix(slot, place));
    if (before == EMPTY) {
      used++;
    }
    if (before != EMPTY && address(before) != REMOVED) {
      live--;
    }
    if (address(slot) != REMOVED) {
      live++;
    }
  }

  /** The place of an address, or -1. */
  int placeOf(long hash, long address) {
    for (int place = first(hash); ; place = next(place)) {
      long slot = slot(place);
      if (slot == EMPTY) {
        return -1;
      }
      if (address(slot) == address) {
        return place;
      }
    }
  }

  /** Adds an address whose key is not there. */
  void insert(long hash, long address) {
    int place = first(hash);
    for (long slot = slot(place); slot != EMPTY && address(slot) != REMOVED; slot = slot(place)) {
      place = next(place);
    }
    set(place, slot(hash, address));
  }

  void force() {
    bytes.force();
  }

  /** Nobody may read any more. */
  void unmap() {
    IOTools.clean(bytes);
  }
}
