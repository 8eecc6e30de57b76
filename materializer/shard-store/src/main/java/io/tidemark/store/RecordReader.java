package io.tidemark.store;

import java.nio.MappedByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows in place, without a copy of what is not asked for and without garbage. Stands at one
 * record at a time; for one thread at a time.
 */
final class RecordReader {
  private static final int CACHE_LINE_BYTES = 64;
  private static final int CHUNK_BYTES = 1 << 10;

  /** More would push out what has been asked for. */
  private static final int MOST_AHEAD_BYTES = 2 << 10;

  private final RecordLog log;
  private final CRC32C crc = new CRC32C();

  /**
   * The record's address, and its fixed part behind the checksum: what the checksum begins with.
   */
  private final byte[] checked = new byte[Long.BYTES + LogRecord.FIXED_BYTES - LogRecord.CRC_BYTES];

  private long address;
  private MappedByteBuffer bytes;
  private int at;
  private int keyLength;
  private int valueLength;
  private byte @Nullable [] chunk;

  /**
   * As long as the last record whose value was read: the next one, for most rows of a shard. Its
   * cache lines are asked for before its length is known, to wait for all of them together.
   */
  private int aheadBytes;

  /** What {@link #prefetch} has read, so that nobody optimizes it away. */
  private long sink;

  @SuppressWarnings("NullAway.Init") // reads are only asked for behind a goTo
  RecordReader(RecordLog log) {
    this.log = log;
  }

  /**
   * Stands at a record.
   *
   * @throws StoreException CORRUPT when no record can be there
   */
  void goTo(long record) {
    Segment segment = log.segment(Address.segment(record));
    int offset = Address.offset(record);
    int start = segment == null ? -1 : segment.recordAt(offset);
    if (segment == null || start < 0) {
      throw log.corrupt(record, segment == null ? RecordLog.NO_SEGMENT : RecordLog.NO_RECORD);
    }
    MappedByteBuffer in = segment.bytes();
    int end = Math.min(start + aheadBytes, in.capacity() - Long.BYTES);
    for (int i = start + CACHE_LINE_BYTES; i < end; i += CACHE_LINE_BYTES) {
      sink += in.getLong(i);
    }
    int keyBytes = Short.toUnsignedInt(in.getShort(start + LogRecord.KEY_LENGTH_OFFSET));
    int valueBytes = in.getInt(start + LogRecord.VALUE_LENGTH_OFFSET);
    long size = (long) LogRecord.FIXED_BYTES + keyBytes + valueBytes;
    if (valueBytes < 0 || size > segment.length(offset)) {
      throw log.corrupt(record, RecordLog.NO_RECORD);
    }
    address = record;
    bytes = in;
    at = start;
    keyLength = keyBytes;
    valueLength = valueBytes;
  }

  long address() {
    return address;
  }

  boolean isPut() {
    return bytes.get(at + LogRecord.KIND_OFFSET) == LogRecord.Kind.PUT.ordinal();
  }

  boolean isMoved() {
    return (bytes.get(at + LogRecord.FLAGS_OFFSET) & LogRecord.MOVED) != 0;
  }

  long previous() {
    return bytes.getLong(at + LogRecord.PREVIOUS_OFFSET);
  }

  long step() {
    return bytes.getLong(at + LogRecord.STEP_OFFSET);
  }

  int sizeInLog() {
    return LogRecord.sizeInLog(keyLength, valueLength);
  }

  /**
   * Whether the record is one of this key.
   *
   * @throws StoreException CORRUPT when it is not, because it is not what was written
   */
  boolean isOf(byte[] key) {
    if (hasKey(key)) {
      return true;
    }
    // Rare: two keys with the same fingerprint. But a damaged key looks like another one, and must
    // not become a row that is not there.
    check();
    return false;
  }

  private boolean hasKey(byte[] key) {
    int length = key.length;
    if (length != keyLength) {
      return false;
    }
    int start = at + LogRecord.FIXED_BYTES;
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      if (bytes.getLong(start + i) != LittleEndian.getLong(key, i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (bytes.get(start + i) != key[i]) {
        return false;
      }
    }
    return true;
  }

  byte[] key() {
    byte[] key = new byte[keyLength];
    bytes.get(at + LogRecord.FIXED_BYTES, key);
    return key;
  }

  /**
   * The value, the only thing that this allocates.
   *
   * @param key the record's
   * @throws StoreException CORRUPT when any byte of the record is not what was written
   */
  byte[] value(byte[] key) {
    byte[] value = new byte[valueLength];
    bytes.get(at + LogRecord.FIXED_BYTES + keyLength, value);
    check(key, value);
    aheadBytes = Math.min(LogRecord.FIXED_BYTES + keyLength + valueLength, MOST_AHEAD_BYTES);
    return value;
  }

  /** Checks the whole record, as {@link #value} does, without a copy of it. */
  void check() {
    beginCheck();
    int left = keyLength + valueLength;
    for (int from = at + LogRecord.FIXED_BYTES; left > 0; from += CHUNK_BYTES) {
      int length = Math.min(left, CHUNK_BYTES);
      bytes.get(from, chunk(), 0, length);
      crc.update(chunk(), 0, length);
      left -= length;
    }
    endCheck();
  }

  private byte[] chunk() {
    byte[] now = chunk;
    if (now == null) {
      now = new byte[CHUNK_BYTES];
      chunk = now;
    }
    return now;
  }

  private void check(byte[] key, byte[] value) {
    beginCheck();
    crc.update(key, 0, key.length);
    crc.update(value, 0, value.length);
    endCheck();
  }

  private void beginCheck() {
    LittleEndian.putLong(checked, 0, address);
    for (int i = 0; i < LogRecord.FIXED_BYTES - LogRecord.CRC_BYTES; i += Long.BYTES) {
      LittleEndian.putLong(checked, Long.BYTES + i, bytes.getLong(at + LogRecord.CRC_BYTES + i));
    }
    crc.reset();
    crc.update(checked, 0, checked.length);
  }

  private void endCheck() {
    if ((int) crc.getValue() != bytes.getInt(at)) {
      throw log.corrupt(address, "the record is not what was written");
    }
  }

  /**
   * Has the processor fetch a record that will be read in a moment. Many of these in a row wait for
   * memory together, where reads would wait one after the other.
   *
   * @param size how much of it
   */
  void prefetch(long record, int size) {
    Segment segment = log.segment(Address.segment(record));
    if (segment != null) {
      MappedByteBuffer in = segment.bytes();
      int end = Math.min(Address.offset(record) + size, in.capacity() - Long.BYTES);
      for (int i = Address.offset(record); i < end; i += CACHE_LINE_BYTES) {
        sink += in.getLong(i);
      }
    }
  }
}
