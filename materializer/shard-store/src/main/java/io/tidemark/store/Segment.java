package io.tidemark.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import net.openhft.chronicle.core.io.IOTools;
import org.jspecify.annotations.Nullable;

/**
 * One file of the log, mapped for reading. The format around our records is Chronicle Queue's:
 * documents behind a header of four bytes, the two top bits of which say "not complete" and
 * "metadata". Reads are absolute, so any number of threads may share a segment; nobody may read
 * after {@link #unmap}.
 */
final class Segment {
  /**
   * File names count seconds, because a cycle of the queue is a point in time; the prefix keeps its
   * own patterns away.
   */
  static final String NAME_PATTERN = "'segment-'yyyyMMddHHmmss";

  static final String SUFFIX = ".cq4";

  /** What stands at the end of a segment that nothing will be added to. */
  static final int END_OF_SEGMENT = 0xC000_0000;

  private static final int NOT_COMPLETE = 0x8000_0000;
  private static final int METADATA = 0x4000_0000;
  private static final int LENGTH_MASK = 0x3FFF_FFFF;
  static final int HEADER_BYTES = 4;
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern(NAME_PATTERN).withZone(ZoneOffset.UTC);

  private final int number;
  private final Path file;
  private final MappedByteBuffer bytes;

  private Segment(int number, Path file, MappedByteBuffer bytes) {
    this.number = number;
    this.file = file;
    this.bytes = bytes;
  }

  static Segment map(Path file, int number, int segmentBytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = Math.min(channel.size(), segmentBytes);
      MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      map.order(ByteOrder.LITTLE_ENDIAN);
      return new Segment(number, file, map);
    }
  }

  static String fileName(int number) {
    return NAME.format(Instant.ofEpochSecond(number)) + SUFFIX;
  }

  /** The number in a file name, or -1 when it is not the name of a segment. */
  static int numberOf(String fileName) {
    if (!fileName.endsWith(SUFFIX)) {
      return -1;
    }
    try {
      String stem = fileName.substring(0, fileName.length() - SUFFIX.length());
      return (int) NAME.parse(stem, Instant::from).getEpochSecond();
    } catch (DateTimeParseException e) {
      return -1;
    }
  }

  int number() {
    return number;
  }

  Path file() {
    return file;
  }

  /** Whether the queue had finished creating this file. */
  boolean hasHeader() {
    return bytes.capacity() >= HEADER_BYTES && isComplete(bytes.getInt(0));
  }

  /** Where the bytes are; absolute reads only. */
  MappedByteBuffer bytes() {
    return bytes;
  }

  /**
   * Where the record in the document at this offset begins, or -1 when no finished document is
   * there that could hold one.
   */
  int recordAt(int offset) {
    if (offset < 0 || offset > bytes.capacity() - HEADER_BYTES - LogRecord.FIXED_BYTES) {
      return -1;
    }
    int header = bytes.getInt(offset);
    int length = header & LENGTH_MASK;
    boolean whole =
        isComplete(header)
            && (header & METADATA) == 0
            && length >= LogRecord.FIXED_BYTES
            && fits(offset, header);
    return whole ? offset + HEADER_BYTES : -1;
  }

  /** Length of the document at this offset, which must be finished. */
  int length(int offset) {
    return bytes.getInt(offset) & LENGTH_MASK;
  }

  /** The record at this offset, or null when there is none, or not a whole one. */
  @Nullable LogRecord read(int offset) {
    if (offset < 0 || offset > bytes.capacity() - HEADER_BYTES) {
      return null;
    }
    int header = bytes.getInt(offset);
    if (!isComplete(header) || (header & METADATA) != 0 || !fits(offset, header)) {
      return null;
    }
    byte[] copy = new byte[header & LENGTH_MASK];
    bytes.get(offset + HEADER_BYTES, copy);
    return LogRecord.decode(Address.of(number, offset), copy);
  }

  /**
   * Whether a whole record is there although the document's header denies it: then the header is
   * damaged. Two such records are as they should be, each with nothing behind it: one that {@link
   * RecordLog.Replay#seal} has cut off; and the one that a killed writer was appending, of which
   * nobody has been told. The queue leaves the header zero until a record is complete.
   *
   * @param mayBeTorn whether a writer may have been killed here
   */
  boolean hidesRecord(int offset, boolean mayBeTorn) {
    if (offset < 0 || offset > bytes.capacity() - HEADER_BYTES - LogRecord.FIXED_BYTES) {
      return false;
    }
    ByteBuffer start = readFromFile(offset, HEADER_BYTES + LogRecord.FIXED_BYTES);
    if (LogRecord.Kind.of(start.get(HEADER_BYTES + LogRecord.KIND_OFFSET)) == null) {
      return false;
    }
    long size =
        (long) LogRecord.FIXED_BYTES
            + Short.toUnsignedInt(start.getShort(HEADER_BYTES + LogRecord.KEY_LENGTH_OFFSET))
            + start.getInt(HEADER_BYTES + LogRecord.VALUE_LENGTH_OFFSET);
    if (size < LogRecord.FIXED_BYTES || size > bytes.capacity() - HEADER_BYTES - offset) {
      return false;
    }
    int behind = next(offset, (int) size);
    boolean room = behind <= bytes.capacity() - HEADER_BYTES;
    ByteBuffer document =
        readFromFile(offset, (room ? behind + HEADER_BYTES : bytes.capacity()) - offset);
    boolean last = !room || document.getInt(behind - offset) == 0;
    int header = document.getInt(0);
    if (last && (header == END_OF_SEGMENT || (mayBeTorn && !isComplete(header)))) {
      return false;
    }
    byte[] copy = new byte[(int) size];
    document.get(HEADER_BYTES, copy);
    return LogRecord.decode(Address.of(number, offset), copy) != null;
  }

  /**
   * Bytes around the end of the log. Not through the map: on some file systems (tmpfs) a map makes
   * room for a hole when it is read, which is a fault when the disk is full.
   */
  private ByteBuffer readFromFile(int offset, int length) {
    ByteBuffer read = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      DiskBlocks.read(channel, offset, read);
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.IO, "Cannot read " + file, e);
    }
    return read;
  }

  /** Offset of the document behind the one at this offset, which must be whole. */
  int next(int offset) {
    return next(offset, bytes.getInt(offset) & LENGTH_MASK);
  }

  static int next(int offset, int length) {
    return (offset + HEADER_BYTES + length + 3) & ~3;
  }

  /** From this offset on, the offset of the first document that is not the queue's own metadata. */
  int skipMetadata(int offset) {
    int at = offset;
    while (at <= bytes.capacity() - HEADER_BYTES) {
      int header = bytes.getInt(at);
      if (!isComplete(header)
          || (header & METADATA) == 0
          || !fits(at, header)
          || hidesRecord(at, false)) {
        return at;
      }
      at = next(at, header & LENGTH_MASK);
    }
    return at;
  }

  /** Whether the segment was declared to end at this offset. */
  boolean isSealed(int offset) {
    return offset <= bytes.capacity() - HEADER_BYTES && bytes.getInt(offset) == END_OF_SEGMENT;
  }

  /** Whether the document at this offset claims to be complete. */
  boolean isFinished(int offset) {
    return offset <= bytes.capacity() - HEADER_BYTES && isComplete(bytes.getInt(offset));
  }

  /** Writes the file's dirty pages to disk. */
  void force() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Makes the file longer; the map stays as it is. */
  void lengthen(int length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), length - 1L);
    }
  }

  void unmap() {
    IOTools.clean(bytes);
  }

  private boolean fits(int offset, int header) {
    return (header & LENGTH_MASK) <= bytes.capacity() - HEADER_BYTES - offset;
  }

  private static boolean isComplete(int header) {
    return header != 0 && (header & NOT_COMPLETE) == 0;
  }
}
