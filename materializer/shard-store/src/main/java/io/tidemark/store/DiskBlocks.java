package io.tidemark.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Takes room on the disk for a file that is written through a memory map. A mapped write into a
 * hole that finds the disk full is a fault, of which the virtual machine tells only some
 * instructions later, when more has been written that relies on it; here it is an error before
 * anything has.
 */
final class DiskBlocks {
  private static final int AT_ONCE_BYTES = 1 << 18;

  private DiskBlocks() {}

  /**
   * Writes a part of the file over with what it holds, which is zeros where it was a hole. Nobody
   * else may write there meanwhile.
   *
   * @throws IOException also when the disk is full
   */
  static void allocate(FileChannel channel, int from, int to) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(Math.min(to - from, AT_ONCE_BYTES));
    for (int at = from; at < to; at += piece.limit()) {
      int length = Math.min(piece.capacity(), to - at);
      read(channel, at, piece.clear().limit(length));
      while (piece.hasRemaining()) {
        piece.put((byte) 0);
      }
      piece.flip();
      while (piece.hasRemaining()) {
        channel.write(piece, at + piece.position());
      }
    }
  }

  /** Reads until the buffer is full or the file ends. */
  static void read(FileChannel channel, int from, ByteBuffer into) throws IOException {
    int start = into.position();
    while (into.hasRemaining() && channel.read(into, from + into.position() - start) >= 0) {
      // Goes on until all is there.
    }
  }

  /**
   * Fails when there is no room for so many bytes in a new file.
   *
   * @throws IOException also when the disk is full
   */
  static void probe(Path file, int bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      allocate(channel, 0, bytes);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
