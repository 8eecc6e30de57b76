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
 * end that a killed process leaves, and a shard that only reads has no queue at all.
 *
 * <p>One thread at a time may append, seal and close; any thread may read addresses that it found
 * in the index.
 */
final class RecordLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecordLog.class);

  /**
   * Holds the queue's locks and directory listing: nothing that outlives a process under a lock of
   * our own.
   */
  private static final String QUEUE_TABLE = "metadata.cq4t";

  /** Room that the queue's header and index pages may take in a segment beside the records. */
  private static final int QUEUE_OWN_BYTES = 16 << 10;

  private static final int MAX_FILE_BYTES = 256 << 20;

  private final Path directory;
  private final String identity;
  private final int segmentBytes;

  /** Segment n at position n - 1; replaced, never changed. */
  private volatile Segment[] segments = {};

  private @Nullable LogAppender appender;
  private int tail;

  /**
   * Whether a record may have been damaged, and not only be unfinished, without that being an
   * error.
   */
  private final boolean damageExplained;

  /** Segments from this position on may not be on disk yet. */
  private int firstUnforced;

  private RecordLog(Path directory, String identity, int segmentBytes, LastSession last) {
    this.directory = directory;
    this.identity = identity;
    this.segmentBytes = segmentBytes;
    this.damageExplained = last == LastSession.LOST_WITH_MACHINE;
  }

  static RecordLog open(Path directory, String identity, int segmentBytes, LastSession last)
      throws IOException {
    silenceQueue();
    Files.createDirectories(directory);
    Files.deleteIfExists(directory.resolve(QUEUE_TABLE));
    RecordLog log = new RecordLog(directory, identity, segmentBytes, last);
    try {
      log.mapSegments();
      log.firstUnforced = last == LastSession.CLOSED ? log.segments.length : 0;
      return log;
    } catch (Throwable e) {
      log.close();
      throw e;
    }
  }

  /**
   * Maps the segments from number 1 on, without gaps. What lies behind the first that is missing or
   * torn is void.
   */
  private void mapSegments() throws IOException {
    List<Path> files = segmentFiles(directory);
    for (Path file : files) {
      int number = segments.length + 1;
      Segment next =
          Segment.map(file, Segment.numberOf(file.getFileName().toString()), MAX_FILE_BYTES);
      if (next.number() == number && next.hasHeader()) {
        add(next);
        continue;
      }
      next.unmap();
      // The last one was being created when the process was killed: nothing can be in it.
      boolean unfinished = next.number() == number && number == files.size();
      if (!unfinished && !damageExplained) {
        throw corrupt(Address.of(number, 0), "the segment is missing or has no header");
      }
      Files.delete(file);
    }
  }

  private void add(Segment segment) {
    Segment[] more = Arrays.copyOf(segments, segments.length + 1);
    more[segments.length] = segment;
    segments = more;
  }

  /** Appends one record and gives its address. It is in the page cache when this returns. */
  long append(LogRecord.Kind kind, long previous, long back, long step, byte[] key, byte[] value) {
    LogAppender to = appender;
    int size = LogRecord.FIXED_BYTES + key.length + value.length;
    if (to == null) {
      to = new LogAppender(directory, segments.length + 1, segmentBytes);
      appender = to;
    } else if (tail + size + QUEUE_OWN_BYTES > segmentBytes) {
      to.roll();
    }
    long address = to.append(kind, previous, back, step, key, value);
    tail = Segment.next(Address.offset(address), size);
    if (segments.length < to.segment()) {
      add(map(to.segment()));
    }
    return address;
  }

  private Segment map(int number) {
    Path file = directory.resolve(Segment.fileName(number));
    try {
      return Segment.map(file, number, segmentBytes);
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.IO, "Cannot map " + file, e);
    }
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
      throw corrupt(address, segment == null ? "the segment is missing" : "no whole record there");
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

  private @Nullable Segment segment(int number) {
    Segment[] all = segments;
    return number >= 1 && number <= all.length ? all[number - 1] : null;
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
    private int at;
    private int offset;

    private Replay(long address) {
      Segment[] all = segments;
      while (at < all.length && all[at].number() < Address.segment(address)) {
        at++;
      }
      offset =
          address == Address.NONE || at == all.length ? 0 : all[at].next(Address.offset(address));
    }

    /** The next record, or null at the end of the log. */
    @Nullable LogRecord next() {
      Segment[] all = segments;
      while (at < all.length) {
        offset = all[at].skipMetadata(offset);
        LogRecord record = all[at].read(offset);
        if (record != null) {
          offset = all[at].next(offset);
          return record;
        }
        if (at == all.length - 1 || !all[at].isSealed(offset)) {
          return null;
        }
        at++;
        offset = 0;
      }
      return null;
    }

    /**
     * Makes the place where the walk ended the end of the log.
     *
     * @throws StoreException CORRUPT when there is a record there and nothing explains its damage
     */
    void seal() throws IOException {
      if (at == segments.length) {
        return;
      }
      boolean unfinished = at == segments.length - 1 && !segments[at].isFinished(offset);
      if (!unfinished && !damageExplained) {
        throw corrupt(Address.of(segments[at].number(), offset), "no whole record there");
      }
      RecordLog.this.seal(at, offset);
    }
  }

  private void seal(int last, int offset) throws IOException {
    Segment[] all = segments;
    if (all[last].isSealed(offset) && last == all.length - 1) {
      return;
    }
    if (all[last].isFinished(offset)) {
      LOG.warn("Shard {}: damaged at {}, the log ends there", identity, all[last].file());
    }
    firstUnforced = Math.min(firstUnforced, last);
    for (int i = all.length - 1; i > last; i--) {
      LOG.warn("Shard {}: {} lies behind the end of the log, deleted", identity, all[i].file());
      all[i].unmap();
      Files.delete(all[i].file());
    }
    segments = Arrays.copyOf(all, last + 1);
    try (FileChannel channel = FileChannel.open(all[last].file(), StandardOpenOption.WRITE)) {
      ByteBuffer end = ByteBuffer.allocate(Segment.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      end.putInt(Segment.END_OF_SEGMENT).flip();
      channel.write(end, offset);
    }
  }

  /** Forces everything to disk. */
  void sync() throws IOException {
    Segment[] all = segments;
    for (int i = firstUnforced; i < all.length; i++) {
      all[i].force();
    }
    // The last one is still being written.
    firstUnforced = Math.max(0, all.length - 1);
  }

  int segmentCount() {
    return segments.length;
  }

  /** Nobody may read any more. */
  @Override
  public void close() {
    if (appender != null) {
      appender.close();
      appender = null;
    }
    for (Segment segment : segments) {
      segment.unmap();
    }
    segments = new Segment[0];
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
