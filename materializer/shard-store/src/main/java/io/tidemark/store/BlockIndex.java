package io.tidemark.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The sparse index of one run, on the heap: which block a key is in, if it is in the run.
 *
 * <p>The search compares eight bytes of each separator, taken behind the prefix that all of them
 * share, and looks at a separator itself only where those are equal. Immutable.
 */
final class BlockIndex {
  /** The index as it is in the file. */
  private final byte[] bytes;

  private final int blocks;
  private final int position;
  private final int separators;
  private final int sharedPrefix;

  /** A {@link KeyHead} of each separator, of what follows the shared prefix. */
  private final long[] heads;

  private BlockIndex(byte[] bytes, int blocks, int position) {
    this.bytes = bytes;
    this.blocks = blocks;
    this.position = position;
    this.separators = separators(blocks);
    this.sharedPrefix = blocks == 0 ? 0 : sharedPrefix();
    this.heads = new long[blocks];
    for (int i = 0; i < blocks; i++) {
      heads[i] = KeyHead.of(bytes, start(i) + sharedPrefix, end(i));
    }
  }

  /**
   * The index in these bytes, whose checksum is right, or null when it makes no sense all the same.
   *
   * @param first where the first block must begin
   * @param position where the index begins, and so the last block must end
   */
  static @Nullable BlockIndex of(byte[] bytes, int blocks, int first, int position) {
    long separators =
        RunFormat.INDEX_TABLE_AT + (long) RunFormat.INDEX_ROW_BYTES * Math.max(0, blocks);
    if (blocks < 0 || separators > bytes.length) {
      return null;
    }
    int begin = first;
    int end = 0;
    for (int i = 0; i < blocks; i++) {
      int row = RunFormat.INDEX_TABLE_AT + RunFormat.INDEX_ROW_BYTES * i;
      int nextBegin =
          i + 1 < blocks ? LittleEndian.getInt(bytes, row + RunFormat.INDEX_ROW_BYTES) : position;
      int nextEnd = LittleEndian.getInt(bytes, row + Integer.BYTES);
      if (LittleEndian.getInt(bytes, row) != begin
          || nextBegin - begin < RunFormat.BLOCK_HEADER_BYTES
          || nextEnd < end) {
        return null;
      }
      begin = nextBegin;
      end = nextEnd;
    }
    return begin == position && separators + end == bytes.length
        ? new BlockIndex(bytes, blocks, position)
        : null;
  }

  private static int separators(int blocks) {
    return RunFormat.INDEX_TABLE_AT + RunFormat.INDEX_ROW_BYTES * blocks;
  }

  int blocks() {
    return blocks;
  }

  /** Where a block begins in the file. */
  int position(int block) {
    return LittleEndian.getInt(bytes, RunFormat.INDEX_TABLE_AT + RunFormat.INDEX_ROW_BYTES * block);
  }

  /** The size of a block in the file. */
  int length(int block) {
    return (block + 1 < blocks ? position(block + 1) : position) - position(block);
  }

  /** The number of the last block that may hold keys up to this one; 0 when there is none. */
  int find(byte[] key) {
    int shared = sharedPrefix;
    if (shared > 0) {
      int order =
          Arrays.compareUnsigned(
              key, 0, Math.min(key.length, shared), bytes, separators, separators + shared);
      if (order != 0) {
        return order < 0 ? 0 : blocks - 1;
      }
    }
    long head = KeyHead.of(key, shared, key.length);
    int low = 0;
    int high = blocks - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      long there = heads[middle];
      if (there < head || (there == head && compareSeparator(middle, key, key.length) <= 0)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Below, equal to or above 0, as the separator of the block is to the key. */
  int compareSeparator(int block, byte[] key, int length) {
    return Arrays.compareUnsigned(bytes, start(block), end(block), key, 0, length);
  }

  private int start(int block) {
    return block == 0 ? separators : end(block - 1);
  }

  private int end(int block) {
    int row = RunFormat.INDEX_TABLE_AT + RunFormat.INDEX_ROW_BYTES * block;
    return separators + LittleEndian.getInt(bytes, row + Integer.BYTES);
  }

  /** As they are sorted, what the first and the last share is shared by all. */
  private int sharedPrefix() {
    int last = blocks - 1;
    int length = Math.min(end(0) - start(0), end(last) - start(last));
    int mismatch =
        Arrays.mismatch(
            bytes, start(0), start(0) + length, bytes, start(last), start(last) + length);
    return mismatch < 0 ? length : mismatch;
  }
}
