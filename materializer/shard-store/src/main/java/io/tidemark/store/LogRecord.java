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
 *  5 byte  zero
 *  6 short key length
 *  8 int   value length
 * 12 long  previous: the key's version before this one, or 0
 * 20 long  back: the row record before this one in the history that counts, or 0
 * 28 long  step: number of the commit that this record is, or would be, part of
 * 36       key, value
 * </pre>
 *
 * <p>The address is part of the checksum, so that a whole record in the wrong place is found out as
 * well.
 */
record LogRecord(
    long address, Kind kind, long previous, long back, long step, byte[] key, byte[] value) {
  static final int FIXED_BYTES = 36;
  static final byte[] NO_BYTES = {};

  private static final int CRC_BYTES = 4;
  private static final int ADDRESS_BYTES = 8;

  /** What a record says. The order is part of the format. */
  enum Kind {
    /** The key has this value now. */
    PUT,
    /** The key is gone. */
    DELETE,
    /** Everything since the last commit is visible; the value is the caller's metadata. */
    COMMIT,
    /** The state so far has this name; the value is the savepoint's id. */
    SAVEPOINT,
    /**
     * The state is the one of a savepoint again; the value is the id asked for and the address it
     * led to.
     */
    ROLLBACK,
    /** Savepoints below an id are forgotten; the value is the id. */
    PRUNE,
    /** Everything since the last commit is void. */
    ABORT;

    private static final Kind[] ALL = values();

    static @Nullable Kind of(int code) {
      return code >= 0 && code < ALL.length ? ALL[code] : null;
    }
  }

  /** Writes records; keeps one scratch buffer, so for one thread at a time. */
  static final class Encoder {
    private final ByteBuffer scratch =
        ByteBuffer.allocate(ADDRESS_BYTES + FIXED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    /** The fixed part, checksum included; valid until the next call. */
    byte[] fixedPart(
        long address, Kind kind, long previous, long back, long step, byte[] key, byte[] value) {
      scratch
          .clear()
          .putLong(address)
          .putInt(0)
          .put((byte) kind.ordinal())
          .put((byte) 0)
          .putShort((short) key.length)
          .putInt(value.length)
          .putLong(previous)
          .putLong(back)
          .putLong(step);
      crc.reset();
      crc.update(scratch.array(), 0, ADDRESS_BYTES);
      crc.update(scratch.array(), ADDRESS_BYTES + CRC_BYTES, FIXED_BYTES - CRC_BYTES);
      crc.update(key);
      crc.update(value);
      scratch.putInt(ADDRESS_BYTES, (int) crc.getValue());
      return Arrays.copyOfRange(scratch.array(), ADDRESS_BYTES, ADDRESS_BYTES + FIXED_BYTES);
    }
  }

  /** The record in these bytes, or null when they are not one that was written at this address. */
  static @Nullable LogRecord decode(long address, byte[] bytes) {
    if (bytes.length < FIXED_BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int keyLength = Short.toUnsignedInt(in.getShort(6));
    int valueLength = in.getInt(8);
    Kind kind = Kind.of(in.get(4));
    long size = (long) FIXED_BYTES + keyLength + valueLength;
    if (kind == null || valueLength < 0 || size > bytes.length) {
      return null;
    }
    CRC32C crc = new CRC32C();
    crc.update(addressBytes(address));
    crc.update(bytes, CRC_BYTES, (int) size - CRC_BYTES);
    if ((int) crc.getValue() != in.getInt(0)) {
      return null;
    }
    return new LogRecord(
        address,
        kind,
        in.getLong(12),
        in.getLong(20),
        in.getLong(28),
        Arrays.copyOfRange(bytes, FIXED_BYTES, FIXED_BYTES + keyLength),
        Arrays.copyOfRange(bytes, FIXED_BYTES + keyLength, (int) size));
  }

  private static byte[] addressBytes(long address) {
    return ByteBuffer.allocate(ADDRESS_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(address)
        .array();
  }

  /** The value as a row of longs, as control records have it. */
  long longAt(int index) {
    return ByteBuffer.wrap(value).getLong(index * Long.BYTES);
  }

  static byte[] longs(long... values) {
    ByteBuffer out = ByteBuffer.allocate(values.length * Long.BYTES);
    for (long value : values) {
      out.putLong(value);
    }
    return out.array();
  }
}
