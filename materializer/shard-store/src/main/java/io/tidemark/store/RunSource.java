package io.tidemark.store;

import io.tidemark.store.RunFormat.Checksum;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The keys of one run, decoded one by one from a copy of the block they are in. */
final class RunSource extends KeySource {
  /** So that a malformed number at the end of a block ends within the array. */
  private static final int SLACK_BYTES = 16;

  private final KeyRun run;
  private final BlockIndex index;
  private final BlockBuffers buffers;
  private final Checksum checksum = new Checksum();

  private byte[] block = LogRecord.NO_BYTES;
  private int blockNumber;

  /** Where the next entry begins, and where the last one ends. */
  private int at;

  private int end;

  private RunSource(KeyRun run, BlockBuffers buffers) {
    this.run = run;
    this.buffers = buffers;
    this.index = run.index();
    this.key = new byte[64];
  }

  /** The keys from this one on, or null when there is none. */
  static @Nullable RunSource from(KeyRun run, byte[] key, BlockBuffers buffers) {
    if (run.index().blocks() == 0) {
      return null;
    }
    RunSource source = new RunSource(run, buffers);
    if (source.seek(key)) {
      return source;
    }
    source.release();
    return null;
  }

  private boolean seek(byte[] from) {
    load(index.find(from));
    if (from.length > 0) {
      skipTo(from);
    }
    do {
      if (!advance()) {
        return false;
      }
    } while (Arrays.compareUnsigned(key, 0, keyLength, from, 0, from.length) < 0);
    return true;
  }

  /** Goes to the last entry that shares nothing and is not above the key. */
  private void skipTo(byte[] from) {
    int restartsAt = end;
    int low = 0;
    int high = RunFormat.restarts(entries()) - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      goTo(restartsAt, middle);
      advance();
      if (Arrays.compareUnsigned(key, 0, keyLength, from, 0, from.length) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    goTo(restartsAt, low);
  }

  private void goTo(int restartsAt, int restart) {
    at = LittleEndian.getUnsignedShort(block, restartsAt + RunFormat.RESTART_BYTES * restart);
    keyLength = 0;
    if (at >= end) {
      throw malformed();
    }
  }

  private int entries() {
    return LittleEndian.getUnsignedShort(block, RunFormat.BLOCK_ENTRIES_AT);
  }

  private void load(int number) {
    int length = index.length(number);
    if (block.length < length + SLACK_BYTES) {
      buffers.giveBack(block);
      block = buffers.take(length + SLACK_BYTES);
    }
    run.readBlock(number, block, checksum);
    blockNumber = number;
    keyLength = 0;
    at = RunFormat.BLOCK_HEADER_BYTES;
    end = length - RunFormat.RESTART_BYTES * RunFormat.restarts(entries());
    if (at >= end) {
      throw malformed();
    }
  }

  @Override
  boolean advance() {
    if (at == end) {
      if (blockNumber + 1 == index.blocks()) {
        return false;
      }
      load(blockNumber + 1);
    }
    int shared = number();
    int rest = number();
    int added = rest >>> 1;
    if (shared < 0 || shared > keyLength || added > end - at) {
      throw malformed();
    }
    int length = shared + added;
    if (length > key.length) {
      key = Arrays.copyOf(key, Math.max(length, 2 * key.length));
    }
    System.arraycopy(block, at, key, shared, added);
    at += added;
    keyLength = length;
    removed = (rest & 1) != 0;
    return true;
  }

  /** Seven bits a byte, the lowest first; a set top bit says that more follow. */
  private int number() {
    int number = block[at++];
    if (number < 0) {
      number &= 0x7F;
      byte more;
      int shift = 7;
      do {
        more = block[at++];
        number |= (more & 0x7F) << shift;
        shift += 7;
      } while (more < 0 && shift < Integer.SIZE);
    }
    return number;
  }

  @Override
  void release() {
    buffers.giveBack(block);
    block = LogRecord.NO_BYTES;
  }

  /** The key, if it is above the last one and in the block that the index has it in. */
  byte[] checkedKey(byte @Nullable [] last) {
    boolean isAbove =
        last == null || Arrays.compareUnsigned(last, 0, last.length, key, 0, keyLength) < 0;
    boolean isInPlace =
        index.compareSeparator(blockNumber, key, keyLength) <= 0
            && (blockNumber + 1 == index.blocks()
                || index.compareSeparator(blockNumber + 1, key, keyLength) > 0);
    if (!isAbove || !isInPlace) {
      throw run.corrupt(index.position(blockNumber), "a key of the block is out of order");
    }
    return Arrays.copyOf(key, keyLength);
  }

  private StoreException malformed() {
    return run.corrupt(index.position(blockNumber), "the block contradicts itself");
  }
}
