package io.tidemark.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The first eight bytes of a key as a number. Where the heads of two keys differ, they are in the
 * order of the keys; where they are equal, the keys have to be compared.
 */
final class KeyHead {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private KeyHead() {}

  static long of(byte[] bytes, int from, int to) {
    long head = 0;
    if (to - from >= Long.BYTES) {
      head = (long) LONGS.get(bytes, from);
    } else {
      // Zeros behind a short key: it is not above any key that it begins.
      for (int i = 0; i < Long.BYTES; i++) {
        head = head << Byte.SIZE | (from + i < to ? Byte.toUnsignedInt(bytes[from + i]) : 0);
      }
    }
    // So that comparing signed numbers compares unsigned bytes.
    return head ^ Long.MIN_VALUE;
  }
}
