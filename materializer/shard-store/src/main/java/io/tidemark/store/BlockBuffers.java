package io.tidemark.store;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Arrays for copies of blocks, to be used again: making and clearing one takes longer than reading
 * the block. Whoever does not give one back leaves it to the garbage collector. Thread-safe.
 */
final class BlockBuffers {
  /** Larger ones, for keys of unusual length, are not kept. */
  private static final int KEPT_BYTES = 2 * RunFormat.BLOCK_BYTES;

  private static final int SLOTS = 32;

  /** Where a thread begins to look, so that threads mostly do not meet. */
  private static final int SLOTS_PER_THREAD = 8;

  private final AtomicReferenceArray<byte[]> slots = new AtomicReferenceArray<>(SLOTS);

  /** An array of at least this length, with anything in it. */
  byte[] take(int length) {
    if (length <= KEPT_BYTES) {
      int first = firstSlot();
      for (int i = 0; i < SLOTS_PER_THREAD; i++) {
        int slot = (first + i) % SLOTS;
        if (slots.getPlain(slot) != null) {
          byte[] buffer = slots.getAndSet(slot, null);
          if (buffer != null) {
            return buffer;
          }
        }
      }
      return new byte[KEPT_BYTES];
    }
    return new byte[length];
  }

  /** The caller must not use the array any more. */
  void giveBack(byte[] buffer) {
    if (buffer.length != KEPT_BYTES) {
      return;
    }
    int first = firstSlot();
    for (int i = 0; i < SLOTS_PER_THREAD; i++) {
      int slot = (first + i) % SLOTS;
      if (slots.getPlain(slot) == null && slots.compareAndSet(slot, null, buffer)) {
        return;
      }
    }
  }

  private static int firstSlot() {
    return (int) Thread.currentThread().getId() * SLOTS_PER_THREAD & Integer.MAX_VALUE;
  }
}
