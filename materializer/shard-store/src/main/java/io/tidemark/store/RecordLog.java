package io.tidemark.store;

import io.tidemark.store.StoreDirectory.LastSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of records: appended through Chronicle Queue, read by address through our own maps of its
 * files.
 *
 * <p>A segment that an earlier process wrote is never appended to again: {@link #seal} declares its
 * end, and the first append opens a new segment. So the queue never has to make sense of the torn
 * end that a killed process leaves, and a shard that only reads has no queue at all. Numbers of
 * segments grow and are never used again; those that compaction has emptied are missing.
 *
 * <p>One thread at a time may append, seal, remove and close; any thread may read addresses that it
 * found in the index.
 */
final class RecordLog implements AutoCloseable {
  static final String NO_SEGMENT = "the segment is missing";
  static final String NO_RECORD = "no whole record there";

  private static final Logger LOG = LoggerFactory.getLogger(RecordLog.class);

  /**
   * Holds the queue's locks and directory listing: nothing that outlives a process under a lock of
   * our own.
   */
  private static final String QUEUE_TABLE = "metadata.cq4t";

  /** Written and deleted before the queue creates a file. */
  private static final String PROBE = "room";

  /** Room that the queue's header and index pages may take in a segment beside the records. */
  private static final int QUEUE_OWN_BYTES = 16 << 10;

  private static final int MAX_FILE_BYTES = 256 << 20;
  private static final int ALLOCATED_AT_ONCE_BYTES = 64 << 10;

  private final Path directory;
  private final String identity;
  private final int segmentBytes;

  /**
   * Segment n at position n - first; null where compaction has deleted one. Replaced, never
   * changed.
   */
  private record Segments(int first, @Nullable Segment[] all) {
    @Nullable Segment get(int number) {
      int i = number - first;
      return i >= 0 && i < all.length ? all[i] : null;
    }

    int last() {
      return first + all.length - 1;
    }
  }

  private volatile Segments segments = new Segments(1, new Segment[0]);

  private @Nullable LogAppender appender;
  private int tail;

  /** Up to here the last segment has room on the disk. */
  private int allocated;

  private long end = Address.NONE;

  /** Savepoints below this id have been pruned; written at the start of each segment. */
  private long prunedBelow;

  /** Whether the last writer closed the log, and so left nothing that is not complete. */
  private final boolean endedCleanly;

  /**
   * Whether a record may have been damaged, and not only be unfinished, without that being an
   * error.
   */
  private final boolean damageExplained;

  /** Up to here everything had been forced to disk: damage before it is never explained. */
  private final long forcedTo;

  /** Segments from this number on may not be on disk yet. */
  private int firstUnforced;

  private RecordLog(
      Path directory, String identity, int segmentBytes, LastSession last, long forcedTo) {
    this.directory = directory;
    this.identity = identity;
    this.segmentBytes = segmentBytes;
    this.endedCleanly = last == LastSession.CLOSED || last == LastSession.ENDED;
    this.damageExplained = last == LastSession.LOST_WITH_MACHINE;
    this.forcedTo = forcedTo;
  }

  /**
   * @param known the segments that must be there, and those below the last of them that must not
   *     be; null when nobody knows
   * @param forcedTo up to which address everything had been forced to disk
   */
  static RecordLog open(
      Path directory,
      String identity,
      int segmentBytes,
      LastSession last,
      @Nullable Set<Integer> known,
      long forcedTo)
      throws IOException {
    silenceQueue();
    Files.createDirectories(directory);
    Files.deleteIfExists(directory.resolve(QUEUE_TABLE));
    RecordLog log = new RecordLog(directory, identity, segmentBytes, last, forcedTo);
    try {
      log.mapSegments(known);
      log.firstUnforced =
          last == LastSession.CLOSED ? log.segments.last() + 1 : log.segments.first();
      return log;
    } catch (Throwable e) {
      log.close();
      throw e;
    }
  }

  private void mapSegments(@Nullable Set<Integer> known) throws IOException {
    List<Path> files = segmentFiles(directory);
    int lastKnown = known == null ? 0 : known.stream().mapToInt(n -> n).max().orElse(0);
    Set<Integer> missing = known == null ? new TreeSet<>() : new TreeSet<>(known);
    boolean torn = false;
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      int number = Segment.numberOf(file.getFileName().toString());
      boolean deletedOnce = known != null && number <= lastKnown && !missing.remove(number);
      boolean gap =
          known != null && number > lastKnown && number != Math.max(lastKnown, segments.last()) + 1;
      if (deletedOnce || torn) {
        Files.delete(file);
        continue;
      }
      Segment next = Segment.map(file, number, MAX_FILE_BYTES);
      if (!gap && next.hasHeader()) {
        add(next);
        checkStart(next);
        continue;
      }
      next.unmap();
      // The last one was being created when the process was killed: nothing can be in it.
      boolean unfinished = !gap && i == files.size() - 1 && !missing.contains(number);
      if (!unfinished) {
        int at = gap ? Math.max(lastKnown, segments.last()) + 1 : number;
        requireExplained(Address.of(at, 0), "the segment is missing or has no header");
      }
      Files.delete(file);
      torn = true;
    }
    if (!missing.isEmpty()) {
      requireExplained(Address.of(missing.iterator().next(), 0), NO_SEGMENT);
    }
  }

  private void requireExplained(long address, String what) {
    if (!damageExplained || address < forcedTo) {
      throw corrupt(address, what);
    }
  }

  /** Refuses a segment of another shard or of a later format, and one that has been cut. */
  private void checkStart(Segment segment) throws IOException {
    LogRecord first = segment.read(segment.skipMetadata(0));
    if (first == null || first.kind() != LogRecord.Kind.SEGMENT) {
      requireBytes(segment, ShardStoreConfig.MIN_SEGMENT_BYTES);
      // Torn before its first record was written, or damaged: the walk over it tells.
      return;
    }
    SegmentStart start = SegmentStart.decode(first.value());
    if (start.format() > StoreDirectory.FORMAT_VERSION) {
      throw StoreDirectory.newer(segment.file(), start.format());
    }
    if (!start.identity().equals(identity)) {
      throw StoreDirectory.foreign(
          segment.file(),
          start.identity(),
          identity,
          "Delete the shard's directory and load it again");
    }
    prunedBelow = Math.max(prunedBelow, start.prunedBelow());
    requireBytes(segment, start.bytes());
  }

  /**
   * The queue makes a file as long as it will ever be before it writes to it. A cut between two
   * records would otherwise look like the end of the log.
   */
  private void requireBytes(Segment segment, int bytes) throws IOException {
    int there = segment.bytes().capacity();
    if (there < bytes) {
      requireExplained(
          Address.of(segment.number(), there),
          "the file was cut here, it had at least " + bytes + " bytes");
      segment.lengthen(bytes);
    }
  }

  private void add(Segment segment) {
    Segments now = segments;
    int first = now.all.length == 0 ? segment.number() : now.first;
    @Nullable Segment[] more = Arrays.copyOf(now.all, segment.number() - first + 1);
    more[segment.number() - first] = segment;
    segments = new Segments(first, more);
  }

  /** Appends one record and gives its address. It is in the page cache when this returns. */
  long append(
      LogRecord.Kind kind,
      int flags,
      long previous,
      long back,
      long step,
      byte[] key,
      byte[] value) {
    LogAppender to = appender;
    int size = LogRecord.FIXED_BYTES + key.length + value.length;
    if (to == null) {
      probeRoom();
      to = new LogAppender(directory, Math.max(1, segments.last() + 1), segmentBytes);
      appender = to;
      start(to);
    } else if (tail + size + QUEUE_OWN_BYTES > segmentBytes) {
      probeRoom();
      to.roll();
      start(to);
    }
    if (tail + size + QUEUE_OWN_BYTES > allocated) {
      allocate(to.segment(), tail + size + QUEUE_OWN_BYTES);
    }
    end = to.append(kind, flags, previous, back, step, key, value);
    tail = Segment.next(Address.offset(end), size);
    return end;
  }

  /** The queue creates its files itself, and waits long for the header of one that is there. */
  private void probeRoom() {
    Path file = directory.resolve(PROBE);
    try {
      DiskBlocks.probe(file, ALLOCATED_AT_ONCE_BYTES + QUEUE_OWN_BYTES);
    } catch (IOException e) {
      throw noRoom(directory, e);
    }
  }

  /** Makes room for the records up to here and for more, so that it is not done for each. */
  private void allocate(int number, int to) {
    Path file = directory.resolve(Segment.fileName(number));
    int until = Math.min(segmentBytes, to + ALLOCATED_AT_ONCE_BYTES);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      DiskBlocks.allocate(channel, allocated, until);
    } catch (IOException e) {
      throw noRoom(file, e);
    }
    allocated = until;
  }

  private static StoreException noRoom(Path where, IOException e) {
    return new StoreException(
        StoreException.Kind.NO_SPACE, "Cannot make room for " + where + ": " + e.getMessage(), e);
  }

  private void start(LogAppender to) {
    byte[] start =
        new SegmentStart(StoreDirectory.FORMAT_VERSION, segmentBytes, identity, prunedBelow)
            .encode();
    end =
        to.append(
            LogRecord.Kind.SEGMENT, 0, Address.NONE, Address.NONE, 0, LogRecord.NO_BYTES, start);
    tail = Segment.next(Address.offset(end), LogRecord.FIXED_BYTES + start.length);
    allocated = 0;
    add(map(to.segment()));
  }

  private Segment map(int number) {
    Path file = directory.resolve(Segment.fileName(number));
    try {
      return Segment.map(file, number, segmentBytes);
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.IO, "Cannot map " + file, e);
    }
  }

  /** Address of the last record of all; NONE when there is none. */
  long end() {
    return end;
  }

  /** For recovery: the walk over the log has come here. */
  void reached(long address) {
    end = address;
  }

  void prunedBelow(long id) {
    prunedBelow = id;
  }

  long prunedBelow() {
    return prunedBelow;
  }

  /**
   * The record at an address that the index or another record named.
   *
   * @throws StoreException CORRUPT when there is no whole record
   */
  LogRecord read(long address) {
    Segment segment = segment(Address.segment(address));
    LogRecord record = segment == null ? null : segment.read(Address.offset(address));
    if (record == null) {
      throw corrupt(address, segment == null ? NO_SEGMENT : NO_RECORD);
    }
    return record;
  }

  StoreException corrupt(long address, String what) {
    return new StoreException(
        StoreException.Kind.CORRUPT,
        "Shard "
            + identity
            + " is corrupt at "
            + Address.describe(address)
            + " ("
            + directory.resolve(Segment.fileName(Address.segment(address)))
            + "): "
            + what
            + ". Delete the shard's directory and load it again.");
  }

  @Nullable Segment segment(int number) {
    return segments.get(number);
  }

  /** Numbers of the segments there are, ascending. */
  List<Integer> segmentNumbers() {
    return Arrays.stream(segments.all).filter(Objects::nonNull).map(Segment::number).toList();
  }

  /**
   * Reads on behind a record (or from the start, for 0), segment by segment, up to the first place
   * without a record.
   */
  Replay replayAfter(long address) {
    return new Replay(address);
  }

  /** A walk over the records in the order in which they were appended. */
  final class Replay {
    private final List<Segment> all = Arrays.stream(segments.all).filter(Objects::nonNull).toList();
    private int at;
    private int offset;

    private Replay(long address) {
      while (at < all.size() && all.get(at).number() < Address.segment(address)) {
        at++;
      }
      if (address != Address.NONE) {
        RecordLog.this.read(address);
        offset = all.get(at).next(Address.offset(address));
      }
    }

    /**
     * The next record, or null at the end of the log.
     *
     * @throws StoreException CORRUPT when a record is there, but its header is not what was written
     */
    @Nullable LogRecord next() {
      while (at < all.size()) {
        Segment segment = all.get(at);
        offset = segment.skipMetadata(offset);
        LogRecord record = segment.read(offset);
        if (record != null) {
          offset = segment.next(offset);
          return record;
        }
        boolean mayBeTorn = !endedCleanly && at == all.size() - 1;
        if (segment.hidesRecord(offset, mayBeTorn)) {
          requireExplained(Address.of(segment.number(), offset), "the record's header is damaged");
          return null;
        }
        if (at == all.size() - 1 || !segment.isSealed(offset)) {
          return null;
        }
        at++;
        offset = 0;
      }
      return null;
    }

    /** The place where the walk ended, as damage. */
    StoreException damage() {
      return at == all.size()
          ? corrupt(Address.NONE, NO_SEGMENT)
          : corrupt(Address.of(all.get(at).number(), offset), NO_RECORD);
    }

    /**
     * Makes the place where the walk ended the end of the log.
     *
     * @throws StoreException CORRUPT when there is a record there and nothing explains its damage
     */
    void seal() throws IOException {
      if (at == all.size()) {
        return;
      }
      Segment last = all.get(at);
      boolean unfinished = at == all.size() - 1 && !last.isFinished(offset);
      if (!unfinished) {
        requireExplained(Address.of(last.number(), offset), NO_RECORD);
      }
      RecordLog.this.seal(last, offset);
    }
  }

  private void seal(Segment last, int offset) throws IOException {
    Segments now = segments;
    if (last.isSealed(offset) && last.number() == now.last()) {
      return;
    }
    if (last.isFinished(offset)) {
      LOG.warn("Shard {}: damaged at {}, the log ends there", identity, last.file());
    }
    firstUnforced = Math.min(firstUnforced, last.number());
    for (int number = now.last(); number > last.number(); number--) {
      Segment behind = now.get(number);
      if (behind != null) {
        LOG.warn("Shard {}: {} lies behind the end of the log, deleted", identity, behind.file());
        behind.unmap();
        Files.delete(behind.file());
      }
    }
    segments = new Segments(now.first, Arrays.copyOf(now.all, last.number() - now.first + 1));
    try (FileChannel channel = FileChannel.open(last.file(), StandardOpenOption.WRITE)) {
      ByteBuffer mark = ByteBuffer.allocate(Segment.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      mark.putInt(Segment.END_OF_SEGMENT).flip();
      channel.write(mark, offset);
    }
  }

  /** The segments that may not be on disk yet, the last one among them. */
  List<Segment> unforced() {
    return Arrays.stream(segments.all)
        .filter(segment -> segment != null && segment.number() >= firstUnforced)
        .toList();
  }

  /** These have been forced to disk; the last one is still being written. */
  void forced(List<Segment> done) {
    if (!done.isEmpty()) {
      firstUnforced = done.get(done.size() - 1).number();
    }
  }

  /**
   * What takes a segment out, unmaps and deletes it, to be run when nobody can have an address in
   * it any more.
   */
  Runnable remove(int number) {
    return () -> {
      Segments now = segments;
      Segment gone = Objects.requireNonNull(now.get(number));
      @Nullable Segment[] rest = now.all.clone();
      rest[number - now.first] = null;
      int skip = 0;
      while (skip < rest.length - 1 && rest[skip] == null) {
        skip++;
      }
      segments = new Segments(now.first + skip, Arrays.copyOfRange(rest, skip, rest.length));
      gone.unmap();
      try {
        Files.deleteIfExists(gone.file());
      } catch (IOException e) {
        LOG.warn("Shard {}: cannot delete {}; the next opening will", identity, gone.file(), e);
      }
      LogAppender open = appender;
      if (open != null) {
        open.forgetDeleted();
      }
    };
  }

  /** Nobody may read any more. */
  @Override
  public void close() {
    if (appender != null) {
      appender.close();
      appender = null;
    }
    for (Segment segment : segments.all) {
      if (segment != null) {
        segment.unmap();
      }
    }
    segments = new Segments(1, new Segment[0]);
  }

  private static List<Path> segmentFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> Segment.numberOf(file.getFileName().toString()) > 0)
          .sorted(Comparator.comparing(file -> file.getFileName().toString()))
          .toList();
    }
  }

  /**
   * The queue's threads and banners, which a library has no business with; an operator's own
   * settings win.
   */
  private static void silenceQueue() {
    for (String property :
        List.of("chronicle.disk.monitor.disable", "chronicle.announcer.disable")) {
      if (System.getProperty(property) == null) {
        System.setProperty(property, "true");
      }
    }
  }
}
