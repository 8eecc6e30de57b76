package io.tidemark.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One record of the log. Little endian, behind the log's own four-byte header:
 *
 * <pre>
 *  0 int   CRC32C of the record's address and of everything below
 *  4 byte  kind
 *  5 byte  flags
 *  6 short key length
 *  8 int   value length
 * 12 long  previous: the version before this one, or 0
 * 20 long  back: see there, or 0
 * 28 long  step: number of the step that this record is part of
 * 36       key, value
 * </pre>
 *
 * <p>The address is part of the checksum, so that a whole record in the wrong place is found out as
 * well.
 *
 * @param previous of a row, the key's version before this one; of a commit, the commit before it
 * @param back of a row, the row record appended before it; of a moved row, the address that it had;
 *     of a commit, a commit further back, which makes searching for one logarithmic
 */
record LogRecord(
    long address,
    Kind kind,
    int flags,
    long previous,
    long back,
    long step,
    byte[] key,
    byte[] value) {
  static final int FIXED_BYTES = 36;
  static final byte[] NO_BYTES = {};

  /** A row: there was no such row before. */
  static final int NEW_ROW = 1;

  /** A copy that compaction made. */
  static final int MOVED = 2;

  static final int CRC_BYTES = 4;
  static final int KIND_OFFSET = 4;
  static final int FLAGS_OFFSET = 5;
  static final int KEY_LENGTH_OFFSET = 6;
  static final int VALUE_LENGTH_OFFSET = 8;
  static final int PREVIOUS_OFFSET = 12;
  static final int BACK_OFFSET = 20;
  static final int STEP_OFFSET = 28;
  private static final int ADDRESS_BYTES = 8;

  /** What a record says. The order is part of the format. */
  enum Kind {
    /** The key has this value now. */
    PUT,
    /** The key is gone. */
    DELETE,
    /** Everything of the step is visible; the value is {@link CommitValue}. */
    COMMIT,
    /** The state so far has this name; the value is the savepoint's id. */
    SAVEPOINT,
    /** Savepoints above an id are forgotten; the value is the id. */
    ROLLBACK,
    /** Savepoints below an id are forgotten; the value is the id. */
    PRUNE,
    /** As PRUNE, though there may be no savepoint that stands for those. */
    SAVEPOINTS_GONE,
    /** Everything of the step is void; previous is the record that ended the step before. */
    ABORT,
    /** Opens each segment; the value is {@link SegmentStart}. */
    SEGMENT;

    private static final Kind[] ALL = values();

    static @Nullable Kind of(int code) {
      return code >= 0 && code < ALL.length ? ALL[code] : null;
    }
  }

  /** Writes records; keeps one scratch buffer, so for one thread at a time. */
  static final class Encoder {
    private final byte[] scratch = new byte[ADDRESS_BYTES + FIXED_BYTES];
    private final ByteBuffer out = ByteBuffer.wrap(scratch).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    /** Builds the fixed part, checksum included, in {@link #scratch} from {@link #START} on. */
    void fixedPart(
        long address,
        Kind kind,
        int flags,
        long previous,
        long back,
        long step,
        byte[] key,
        byte[] value) {
      out.clear()
          .putLong(address)
          .putInt(0)
          .put((byte) kind.ordinal())
          .put((byte) flags)
          .putShort((short) key.length)
          .putInt(value.length)
          .putLong(previous)
          .putLong(back)
          .putLong(step);
      crc.reset();
      crc.update(scratch, 0, ADDRESS_BYTES);
      crc.update(scratch, ADDRESS_BYTES + CRC_BYTES, FIXED_BYTES - CRC_BYTES);
      crc.update(key);
      crc.update(value);
      out.putInt(ADDRESS_BYTES, (int) crc.getValue());
    }

    static final int START = ADDRESS_BYTES;

    byte[] scratch() {
      return scratch;
    }
  }

  /** The record in these bytes, or null when they are not one that was written at this address. */
  static @Nullable LogRecord decode(long address, byte[] bytes) {
    if (bytes.length < FIXED_BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int keyLength = Short.toUnsignedInt(in.getShort(KEY_LENGTH_OFFSET));
    int valueLength = in.getInt(VALUE_LENGTH_OFFSET);
    Kind kind = Kind.of(in.get(KIND_OFFSET));
    long size = (long) FIXED_BYTES + keyLength + valueLength;
    // A document that is longer than its record would hide those behind it.
    if (kind == null || valueLength < 0 || size != bytes.length) {
      return null;
    }
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(ADDRESS_BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(address).array());
    crc.update(bytes, CRC_BYTES, (int) size - CRC_BYTES);
    if ((int) crc.getValue() != in.getInt(0)) {
      return null;
    }
    return new LogRecord(
        address,
        kind,
        in.get(FLAGS_OFFSET),
        in.getLong(PREVIOUS_OFFSET),
        in.getLong(BACK_OFFSET),
        in.getLong(STEP_OFFSET),
        Arrays.copyOfRange(bytes, FIXED_BYTES, FIXED_BYTES + keyLength),
        Arrays.copyOfRange(bytes, FIXED_BYTES + keyLength, (int) size));
  }

  /** Whether this is a row's, and no copy of one. */
  boolean isRow() {
    return (kind == Kind.PUT || kind == Kind.DELETE) && !isMoved();
  }

  boolean isMoved() {
    return (flags & MOVED) != 0;
  }

  /** Bytes that it takes in the log, its share of the queue's format included. */
  int sizeInLog() {
    return sizeInLog(key.length, value.length);
  }

  static int sizeInLog(int keyLength, int valueLength) {
    return Segment.next(0, FIXED_BYTES + keyLength + valueLength);
  }

  /** The value as a long, as control records have it. */
  long id() {
    return ByteBuffer.wrap(value).getLong();
  }

  static byte[] id(long id) {
    return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
  }
}
