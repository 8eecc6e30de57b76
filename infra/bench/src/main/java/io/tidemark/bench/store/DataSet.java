package io.tidemark.bench.store;

import io.tidemark.bench.events.Noise;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The rows that every subject holds: row {@code i} of {@code keys}, the same bytes for all.
 *
 * <p>A key is 24 bytes: one of 1,000 prefixes of 8 bytes, as "cust0042", and 16 hexadecimal digits
 * of a bijection of the row's number. So rows that are written in the order of their numbers arrive
 * in uniformly random key order, and rows from {@code keys} on are certain misses that look alike.
 * Values are random bytes that begin with the row's number and version; they do not compress.
 */
record DataSet(long keys, int valueBytes) {
  static final int KEY_BYTES = 24;
  static final int MIN_VALUE_BYTES = 2 * Long.BYTES;

  private static final int PREFIXES = 1_000;
  private static final byte[] PREFIX = "cust".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOISE = noise();

  DataSet {
    if (keys < 1 || valueBytes < MIN_VALUE_BYTES || valueBytes > NOISE.length / 2) {
      throw new IllegalArgumentException(
          "Needs at least one key and values from %d to %d bytes, is %d keys with %d bytes"
              .formatted(MIN_VALUE_BYTES, NOISE.length / 2, keys, valueBytes));
    }
  }

  static byte[] key(long row) {
    byte[] key = new byte[KEY_BYTES];
    fillKey(row, key);
    return key;
  }

  static void fillKey(long row, byte[] key) {
    long mixed = Noise.mix(row);
    System.arraycopy(PREFIX, 0, key, 0, PREFIX.length);
    long prefix = Long.remainderUnsigned(mixed, PREFIXES);
    for (int at = 7; at >= PREFIX.length; at--) {
      key[at] = (byte) ('0' + prefix % 10);
      prefix /= 10;
    }
    for (int at = KEY_BYTES - 1; at >= 8; at--) {
      key[at] = HEX[(int) (mixed & 15)];
      mixed >>>= 4;
    }
  }

  /** Fills a whole array with the value of a row in a version. */
  static void fillValue(long row, long version, byte[] value) {
    int from = (int) Long.remainderUnsigned(Noise.mix(row ^ (version << 40)), NOISE.length / 2);
    System.arraycopy(NOISE, from, value, 0, value.length);
    ByteBuffer.wrap(value).putLong(row).putLong(version);
  }

  /** Whether these are the bytes of a row's value, in whichever version. */
  static boolean isValue(long row, byte[] value) {
    byte[] expected = new byte[value.length];
    fillValue(row, version(value), expected);
    return Arrays.equals(value, expected);
  }

  static long version(byte[] value) {
    return ByteBuffer.wrap(value).getLong(Long.BYTES);
  }

  /** Numbers of existing rows, uniformly random, the same for each subject. */
  long[] randomRows(int count, long seed) {
    return new SplittableRandom(seed).longs(count, 0, keys).toArray();
  }

  /** What the rows take, not counting anything of the engine that holds them. */
  long payloadBytes() {
    return keys * (KEY_BYTES + valueBytes);
  }

  /** How people say it: 5M × 1,000 B. */
  String title() {
    String count = keys % 1_000_000 == 0 ? keys / 1_000_000 + "M" : "%,d".formatted(keys);
    return "%s keys, values of %,d B".formatted(count, valueBytes);
  }

  private static byte[] noise() {
    byte[] bytes = new byte[1 << 20];
    new SplittableRandom(20_260_101).nextBytes(bytes);
    return bytes;
  }
}
