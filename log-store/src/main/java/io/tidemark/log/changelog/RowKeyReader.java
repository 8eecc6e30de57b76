package io.tidemark.log.changelog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes a key that {@link RowKey} made apart again. One instance reads one key. */
final class RowKeyReader {
  private final byte[] key;
  private int at;

  RowKeyReader(byte[] key) {
    this.key = key;
  }

  /**
   * The columns in their order.
   *
   * @throws IllegalArgumentException when the bytes are no such key
   */
  List<@Nullable Object> columns() {
    List<@Nullable Object> columns = new ArrayList<>();
    try {
      while (at < key.length) {
        columns.add(column());
      }
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException("the key ends in the middle of a column", e);
    }
    return columns;
  }

  private @Nullable Object column() {
    int type = key[at++];
    return switch (type) {
      case RowKey.NULL -> null;
      case RowKey.BYTES -> escaped();
      case RowKey.TEXT -> new String(escaped(), StandardCharsets.UTF_8);
      case RowKey.FLOAT -> {
        int bits = (int) bits(Float.BYTES);
        yield Float.intBitsToFloat(bits ^ (bits < 0 ? Integer.MIN_VALUE : -1));
      }
      case RowKey.DOUBLE -> {
        long bits = bits(Double.BYTES);
        yield Double.longBitsToDouble(bits ^ (bits < 0 ? Long.MIN_VALUE : -1L));
      }
      case RowKey.FALSE -> false;
      case RowKey.TRUE -> true;
      default -> wholeNumber(type - RowKey.INTEGER_ZERO);
    };
  }

  private byte[] escaped() {
    byte[] bytes = new byte[key.length - at];
    int length = 0;
    while (key[at] != 0 || isEscaped()) {
      bytes[length++] = key[at];
      at += key[at] == 0 ? 2 : 1;
    }
    at++;
    return Arrays.copyOf(bytes, length);
  }

  private boolean isEscaped() {
    return at + 1 < key.length && key[at + 1] == (byte) 0xFF;
  }

  private long wholeNumber(int size) {
    int bytes = Math.abs(size);
    if (bytes > Long.BYTES) {
      throw new IllegalArgumentException("no column has the type " + (size + RowKey.INTEGER_ZERO));
    }
    long bits = bits(bytes);
    if (size >= 0) {
      return bits;
    }
    long ones = bytes == Long.BYTES ? -1L : (1L << (bytes * Byte.SIZE)) - 1;
    return -(~bits & ones);
  }

  private long bits(int bytes) {
    long bits = 0;
    for (int i = 0; i < bytes; i++) {
      bits = bits << Byte.SIZE | Byte.toUnsignedLong(key[at++]);
    }
    return bits;
  }
}
