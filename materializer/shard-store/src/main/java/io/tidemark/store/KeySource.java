package io.tidemark.store;

import java.util.Arrays;

/**
 * The keys of one layer of the ordered index, ascending, each once. It stands at a key from the
 * start. For one thread.
 *
 * <p>The fields are read directly: this is the innermost loop of every scan.
 */
abstract class KeySource {
  /** The key that the source stands at is in the first {@link #keyLength} bytes. */
  byte[] key = LogRecord.NO_BYTES;

  int keyLength;

  /** Whether the layer says of this key that it is removed. */
  boolean removed;

  /** The smaller, the newer is the layer. */
  int rank;

  /** Goes to the next key; false, for good, when there is none. */
  abstract boolean advance();

  /** Gives back what can be used again. Nothing may be called after it. */
  void release() {}

  final int compareKey(KeySource other) {
    return Arrays.compareUnsigned(key, 0, keyLength, other.key, 0, other.keyLength);
  }
}
