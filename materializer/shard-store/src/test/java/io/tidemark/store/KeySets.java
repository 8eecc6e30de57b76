package io.tidemark.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Keys and ordered indexes as the tests of them want them. */
final class KeySets {
  static final String IDENTITY = "orders-7";

  private KeySets() {}

  static TreeSet<byte[]> sorted() {
    return new TreeSet<>(Arrays::compareUnsigned);
  }

  static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** One of few keys, of all kinds: empty, long, beginning alike, with bytes from 0x80 on. */
  static byte[] anyKey(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> new byte[random.nextInt(3)];
      case 1 -> {
        byte[] key = new byte[510];
        Arrays.fill(key, (byte) 0xFF);
        key[random.nextInt(510)] = (byte) random.nextInt(2);
        yield key;
      }
      case 2 -> {
        byte[] key = new byte[1 + random.nextInt(2)];
        random.nextBytes(key);
        yield key;
      }
      case 3 -> new byte[] {(byte) (0x7E + random.nextInt(4)), (byte) (random.nextInt(4) - 2)};
      default -> key("customer-00000000000000" + random.nextInt(400));
    };
  }

  static List<String> from(OrderedKeys keys, byte[] from) {
    return from(keys, from, Integer.MAX_VALUE);
  }

  static List<String> from(OrderedKeys keys, byte[] from, int limit) {
    List<String> found = new ArrayList<>();
    try (KeyCursor cursor = keys.cursor(from)) {
      while (found.size() < limit && cursor.next()) {
        found.add(hex(cursor.key()));
      }
    }
    return found;
  }

  static List<String> hex(Iterable<byte[]> keys) {
    List<String> all = new ArrayList<>();
    keys.forEach(key -> all.add(hex(key)));
    return all;
  }

  static String hex(byte[] key) {
    return HexFormat.of().formatHex(key);
  }

  /** Adds keys, and makes a run of them. */
  static void flush(OrderedKeys keys, Iterable<byte[]> added) {
    added.forEach(keys::add);
    flush(keys);
  }

  static void flush(OrderedKeys keys) {
    try {
      keys.freeze();
      keys.flushOldest();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
