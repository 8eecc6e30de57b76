package io.tidemark.store;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The file of a run: keys in unsigned byte order, each once, in blocks that are found through a
 * sparse index. Little endian; the parts follow each other without gaps, so every byte is under one
 * of the checksums.
 *
 * <pre>
 * header   long  magic
 *          int   format version
 *          int   length of the header
 *          long  number of the run, the one in the file's name
 *                identity of the shard, UTF-8
 *          int   CRC32C of the above
 *
 * block    int   CRC32C of run number, position in the file, and the rest of the block
 *          short entries
 *                entries: varint, bytes shared with the key before
 *                         varint, bytes that follow * 2, plus 1 when the key is removed
 *                         the bytes that follow
 *                short for each 16th entry, which shares nothing: where it begins in the block
 *
 * index    int   CRC32C, as of a block
 *                for each block: int, its position; int, where its separator ends behind the table
 *                the separators: not above the first key of the block, above all keys before it
 *
 * footer   int   CRC32C, as of a block
 *          int   position of the index
 *          int   blocks
 *          long  entries
 *          long  entries that say that their key is removed
 * </pre>
 *
 * <p>Run number and position are part of the checksums so that a whole block in the wrong place is
 * found out as well. Magic, version, length and the checksum at the end of the header stay where
 * they are in every version.
 */
final class RunFormat {
  static final long MAGIC = 0x5359_454B_4544_4954L; // "TIDEKEYS"

  static final int CRC_BYTES = 4;

  static final int VERSION_AT = 8;
  static final int HEADER_LENGTH_AT = 12;
  static final int NUMBER_AT = 16;
  static final int IDENTITY_AT = 24;
  static final int MIN_HEADER_BYTES = IDENTITY_AT + CRC_BYTES;
  static final int MAX_HEADER_BYTES = 1 << 16;

  /** A block is closed by the entry that makes it this long. */
  static final int BLOCK_BYTES = 4 << 10;

  static final int BLOCK_ENTRIES_AT = CRC_BYTES;
  static final int BLOCK_HEADER_BYTES = CRC_BYTES + Short.BYTES;

  /** Each entry whose number is a multiple of this shares nothing with the one before. */
  static final int RESTART_INTERVAL = 16;

  static final int RESTART_BYTES = Short.BYTES;

  static final int INDEX_TABLE_AT = CRC_BYTES;
  static final int INDEX_ROW_BYTES = 2 * Integer.BYTES;

  static final int FOOTER_INDEX_AT = CRC_BYTES;
  static final int FOOTER_BLOCKS_AT = FOOTER_INDEX_AT + Integer.BYTES;
  static final int FOOTER_ENTRIES_AT = FOOTER_BLOCKS_AT + Integer.BYTES;
  static final int FOOTER_REMOVED_AT = FOOTER_ENTRIES_AT + Long.BYTES;
  static final int FOOTER_BYTES = FOOTER_REMOVED_AT + Long.BYTES;

  /** Positions are ints, and so is the size of a map. */
  static final long MAX_FILE_BYTES = Integer.MAX_VALUE;

  static final String TEMPORARY_SUFFIX = ".new";

  private static final Pattern NAME = Pattern.compile("run-(\\d{10,18})\\.keys");

  private RunFormat() {}

  static String fileName(long number) {
    return String.format("run-%010d.keys", number);
  }

  /** The number in a file name, or -1 when it is not the name of a run. */
  static long numberOf(String fileName) {
    Matcher name = NAME.matcher(fileName);
    return name.matches() ? Long.parseLong(name.group(1)) : -1;
  }

  static byte[] header(String identity, long number) {
    byte[] name = identity.getBytes(StandardCharsets.UTF_8);
    byte[] header = new byte[MIN_HEADER_BYTES + name.length];
    if (header.length > MAX_HEADER_BYTES) {
      throw new StoreException(
          StoreException.Kind.TOO_LARGE, "The identity of a shard has " + name.length + " bytes");
    }
    LittleEndian.putLong(header, 0, MAGIC);
    LittleEndian.putInt(header, VERSION_AT, StoreDirectory.FORMAT_VERSION);
    LittleEndian.putInt(header, HEADER_LENGTH_AT, header.length);
    LittleEndian.putLong(header, NUMBER_AT, number);
    System.arraycopy(name, 0, header, IDENTITY_AT, name.length);
    LittleEndian.putInt(header, header.length - CRC_BYTES, headerChecksum(header));
    return header;
  }

  static int headerChecksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, header.length - CRC_BYTES);
    return (int) crc.getValue();
  }

  static int restarts(int entries) {
    return (entries + RESTART_INTERVAL - 1) / RESTART_INTERVAL;
  }

  /** Checksums of blocks, indexes and footers; keeps scratch space, so for one thread at a time. */
  static final class Checksum {
    private final CRC32C crc = new CRC32C();
    private final byte[] place = new byte[2 * Long.BYTES];

    /** What must stand in the first four bytes. */
    int of(long run, long position, byte[] part, int length) {
      LittleEndian.putLong(place, 0, run);
      LittleEndian.putLong(place, Long.BYTES, position);
      crc.reset();
      crc.update(place, 0, place.length);
      crc.update(part, CRC_BYTES, length - CRC_BYTES);
      return (int) crc.getValue();
    }

    boolean isRight(long run, long position, byte[] part, int length) {
      return LittleEndian.getInt(part, 0) == of(run, position, part, length);
    }
  }
}
