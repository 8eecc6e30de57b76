package io.tidemark.store;

import io.tidemark.store.RunFormat.Checksum;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Writes one run, from keys in ascending order. The file has its name only once it is whole; until
 * then, and for ever when {@link #finish} has not been called, it ends in ".new". For one thread.
 */
final class RunWriter implements AutoCloseable {
  private static final int OUT_BYTES = 128 << 10;

  /** Two numbers in front of the bytes of an entry. */
  private static final int MAX_ENTRY_HEADER_BYTES = 10;

  private final Path file;
  private final Path temporary;
  private final long number;
  private final FileChannel channel;
  private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
  private final Checksum checksum = new Checksum();

  /** Where the next part begins in the file. */
  private long position;

  private byte[] block = new byte[2 * RunFormat.BLOCK_BYTES];
  private int blockLength = RunFormat.BLOCK_HEADER_BYTES;
  private int blockEntries;
  private short[] restarts = new short[64];

  private byte[] last = new byte[64];
  private int lastLength;

  private final ByteArrayOutputStream table = new ByteArrayOutputStream();
  private final ByteArrayOutputStream separators = new ByteArrayOutputStream();
  private int blocks;
  private long entries;
  private long removedEntries;

  private RunWriter(Path directory, String identity, long number) throws IOException {
    this.file = directory.resolve(RunFormat.fileName(number));
    this.temporary = directory.resolve(file.getFileName() + RunFormat.TEMPORARY_SUFFIX);
    this.number = number;
    byte[] header = RunFormat.header(identity, number);
    this.channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    write(header, header.length);
  }

  static RunWriter create(Path directory, String identity, long number) throws IOException {
    return new RunWriter(directory, identity, number);
  }

  /** Adds the key that a source stands at. It must be above all that have been added. */
  void add(KeySource source) throws IOException {
    int length = source.keyLength;
    byte[] key = source.key;
    if (blockEntries == 0) {
      beginBlock(key, length);
    }
    int shared = 0;
    if (blockEntries % RunFormat.RESTART_INTERVAL == 0) {
      addRestart();
    } else {
      shared = shared(key, length);
    }
    int added = length - shared;
    reserve(MAX_ENTRY_HEADER_BYTES + added);
    putNumber(shared);
    putNumber(added << 1 | (source.removed ? 1 : 0));
    System.arraycopy(key, shared, block, blockLength, added);
    blockLength += added;
    blockEntries++;
    entries++;
    removedEntries += source.removed ? 1 : 0;
    if (length > last.length) {
      last = new byte[2 * length];
    }
    System.arraycopy(key, 0, last, 0, length);
    lastLength = length;
    if (blockLength >= RunFormat.BLOCK_BYTES) {
      endBlock();
    }
  }

  private int shared(byte[] key, int length) {
    int most = Math.min(length, lastLength);
    int mismatch = Arrays.mismatch(key, 0, most, last, 0, most);
    return mismatch < 0 ? most : mismatch;
  }

  /** The first separator is the first key; a later one is as short as it can be. */
  private void beginBlock(byte[] key, int length) {
    separators.write(key, 0, blocks == 0 ? length : shared(key, length) + 1);
    byte[] row = new byte[RunFormat.INDEX_ROW_BYTES];
    LittleEndian.putInt(row, 0, (int) position);
    LittleEndian.putInt(row, Integer.BYTES, separators.size());
    table.writeBytes(row);
    blocks++;
  }

  private void addRestart() {
    int restart = blockEntries / RunFormat.RESTART_INTERVAL;
    if (restart == restarts.length) {
      restarts = Arrays.copyOf(restarts, 2 * restart);
    }
    restarts[restart] = (short) blockLength;
  }

  private void reserve(int more) {
    if (block.length - blockLength < more) {
      block = Arrays.copyOf(block, Math.max(blockLength + more, 2 * block.length));
    }
  }

  private void putNumber(int number) {
    int rest = number;
    while (rest > 0x7F) {
      block[blockLength++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    block[blockLength++] = (byte) rest;
  }

  private void endBlock() throws IOException {
    int count = RunFormat.restarts(blockEntries);
    reserve(RunFormat.RESTART_BYTES * count);
    for (int i = 0; i < count; i++) {
      LittleEndian.putShort(block, blockLength, restarts[i]);
      blockLength += RunFormat.RESTART_BYTES;
    }
    LittleEndian.putShort(block, RunFormat.BLOCK_ENTRIES_AT, blockEntries);
    writeChecked(block, blockLength);
    blockLength = RunFormat.BLOCK_HEADER_BYTES;
    blockEntries = 0;
  }

  private void writeChecked(byte[] part, int length) throws IOException {
    LittleEndian.putInt(part, 0, checksum.of(number, position, part, length));
    write(part, length);
  }

  private void write(byte[] part, int length) throws IOException {
    if (position + length > RunFormat.MAX_FILE_BYTES) {
      throw new StoreException(
          StoreException.Kind.TOO_LARGE,
          "The run " + file + " would be larger than " + RunFormat.MAX_FILE_BYTES + " bytes");
    }
    int done = 0;
    while (done < length) {
      int now = Math.min(length - done, out.remaining());
      out.put(part, done, now);
      done += now;
      if (!out.hasRemaining()) {
        drain();
      }
    }
    position += length;
  }

  private void drain() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }

  /** Keys that have been added. */
  long entries() {
    return entries;
  }

  /** Completes the file and gives it its name. It is in the page cache then. */
  Path finish() throws IOException {
    if (blockEntries > 0) {
      endBlock();
    }
    int indexAt = (int) position;
    byte[] index = new byte[RunFormat.INDEX_TABLE_AT + table.size() + separators.size()];
    System.arraycopy(table.toByteArray(), 0, index, RunFormat.INDEX_TABLE_AT, table.size());
    System.arraycopy(
        separators.toByteArray(),
        0,
        index,
        RunFormat.INDEX_TABLE_AT + table.size(),
        separators.size());
    writeChecked(index, index.length);
    byte[] footer = new byte[RunFormat.FOOTER_BYTES];
    LittleEndian.putInt(footer, RunFormat.FOOTER_INDEX_AT, indexAt);
    LittleEndian.putInt(footer, RunFormat.FOOTER_BLOCKS_AT, blocks);
    LittleEndian.putLong(footer, RunFormat.FOOTER_ENTRIES_AT, entries);
    LittleEndian.putLong(footer, RunFormat.FOOTER_REMOVED_AT, removedEntries);
    writeChecked(footer, footer.length);
    drain();
    channel.close();
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    return file;
  }

  /** Deletes what has been written, unless it was finished. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(temporary);
  }
}
