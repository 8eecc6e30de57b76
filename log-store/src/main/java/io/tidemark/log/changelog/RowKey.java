package io.tidemark.log.changelog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A view's key as bytes whose unsigned order is the order of the columns. Not thread-safe: one
 * instance encodes one key after another.
 *
 * <p>The format is FoundationDB's tuple layer, which other languages have libraries for: {@code
 * null} 0x00; bytes 0x01 and text (UTF-8) 0x02, with 0x00 escaped as 0x00 0xFF and a closing 0x00;
 * whole numbers 0x0C to 0x1C by length, ones' complement when negative; float 0x20 and double 0x21
 * with the sign bit flipped, or all bits when negative; false 0x26 and true 0x27. No key begins
 * with 0xFF.
 *
 * @see <a href="https://github.com/apple/foundationdb/blob/main/design/tuple.md">the tuple layer's
 *     specification</a>
 */
public final class RowKey {
  static final int NULL = 0x00;
  static final int BYTES = 0x01;
  static final int TEXT = 0x02;
  static final int INTEGER_ZERO = 0x14;
  static final int FLOAT = 0x20;
  static final int DOUBLE = 0x21;
  static final int FALSE = 0x26;
  static final int TRUE = 0x27;

  private byte[] buffer = new byte[64];
  private int length;

  /**
   * Encodes columns of the types String, Boolean, Integer, Long, Short, Byte, Float, Double, byte[]
   * and {@code null}.
   *
   * @throws IllegalArgumentException on any other type
   */
  public static byte[] of(List<? extends @Nullable Object> columns) {
    RowKey key = new RowKey();
    for (Object column : columns) {
      key.add(column);
    }
    return key.toBytes();
  }

  /**
   * The columns of an encoded key: String, Long for all whole numbers, Float, Double, Boolean,
   * byte[] and {@code null}.
   *
   * @throws IllegalArgumentException when the bytes are no key
   */
  public static List<@Nullable Object> columns(byte[] key) {
    return new RowKeyReader(key).columns();
  }

  /**
   * The first key after all keys that begin with those bytes; {@code null} when there is none
   * because all of them are 0xFF.
   */
  public static byte @Nullable [] afterPrefix(byte[] prefix) {
    for (int i = prefix.length - 1; i >= 0; i--) {
      if (prefix[i] != (byte) 0xFF) {
        byte[] after = Arrays.copyOf(prefix, i + 1);
        after[i]++;
        return after;
      }
    }
    return null;
  }

  /** Starts a new key. */
  public RowKey reset() {
    length = 0;
    return this;
  }

  /** The key's bytes. */
  public byte[] toBytes() {
    return Arrays.copyOf(buffer, length);
  }

  /** Adds one column of any supported type. */
  public RowKey add(@Nullable Object column) {
    if (column == null) {
      return addNull();
    } else if (column instanceof String text) {
      return addText(text.getBytes(StandardCharsets.UTF_8));
    } else if (column instanceof CharSequence text) {
      return add(text.toString());
    } else if (column instanceof Boolean value) {
      return addBoolean(value);
    } else if (column instanceof Float value) {
      return addFloat(value);
    } else if (column instanceof Double value) {
      return addDouble(value);
    } else if (column instanceof byte[] bytes) {
      return addBytes(bytes);
    } else if (column instanceof Long
        || column instanceof Integer
        || column instanceof Short
        || column instanceof Byte) {
      return addLong(((Number) column).longValue());
    }
    throw new IllegalArgumentException("no key column can be a " + column.getClass().getName());
  }

  /** Adds a missing value, which sorts before all others. */
  public RowKey addNull() {
    put(NULL);
    return this;
  }

  /** Adds a text given as UTF-8. */
  public RowKey addText(byte[] utf8) {
    return addEscaped(TEXT, utf8, true);
  }

  /** Adds the begin of a text, so that the key is a prefix of all keys whose text begins so. */
  public RowKey addTextPrefix(byte[] utf8) {
    return addEscaped(TEXT, utf8, false);
  }

  /** Adds bytes. */
  public RowKey addBytes(byte[] bytes) {
    return addEscaped(BYTES, bytes, true);
  }

  /** Adds a whole number. */
  public RowKey addLong(long value) {
    if (value == 0) {
      put(INTEGER_ZERO);
      return this;
    }
    // Long.MIN_VALUE has no positive counterpart: as an unsigned number its own bits are right.
    long magnitude = value < 0 ? -value : value;
    int bytes = (Long.SIZE - Long.numberOfLeadingZeros(magnitude) + 7) / 8;
    put(value > 0 ? INTEGER_ZERO + bytes : INTEGER_ZERO - bytes);
    long bits = value > 0 ? magnitude : ~magnitude;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
      put((int) (bits >>> shift));
    }
    return this;
  }

  /** Adds a float. */
  public RowKey addFloat(float value) {
    put(FLOAT);
    int bits = Float.floatToRawIntBits(value);
    bits ^= bits < 0 ? -1 : Integer.MIN_VALUE;
    for (int shift = 24; shift >= 0; shift -= 8) {
      put(bits >>> shift);
    }
    return this;
  }

  /** Adds a double. */
  public RowKey addDouble(double value) {
    put(DOUBLE);
    long bits = Double.doubleToRawLongBits(value);
    bits ^= bits < 0 ? -1L : Long.MIN_VALUE;
    for (int shift = 56; shift >= 0; shift -= 8) {
      put((int) (bits >>> shift));
    }
    return this;
  }

  /** Adds a truth value; false sorts first. */
  public RowKey addBoolean(boolean value) {
    put(value ? TRUE : FALSE);
    return this;
  }

  private RowKey addEscaped(int type, byte[] bytes, boolean closed) {
    put(type);
    for (byte b : bytes) {
      put(b);
      if (b == 0) {
        put(0xFF);
      }
    }
    if (closed) {
      put(0);
    }
    return this;
  }

  private void put(int b) {
    if (length == buffer.length) {
      buffer = Arrays.copyOf(buffer, length * 2);
    }
    buffer[length++] = (byte) b;
  }
}
