package io.tidemark.store;

import io.tidemark.store.RunFormat.Checksum;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.core.io.IOTools;
import org.jspecify.annotations.Nullable;

/**
 * One sorted, immutable file of keys, mapped for reading. Any number of threads may share it;
 * nobody may read after {@link #unmap}.
 *
 * <p>Opening checks the header, the index and the footer; a block is checked each time it is read.
 * So what has been damaged on disk is found before a key of it is shown.
 */
final class KeyRun {
  private final Path file;
  private final String identity;
  private final long number;
  private final MappedByteBuffer bytes;
  private final Parts parts;

  /** False for a run of an earlier session too: it may have been killed before it forced it. */
  private volatile boolean forced;

  private volatile boolean unmapped;

  /** What stands before and behind the blocks. */
  private record Parts(BlockIndex index, long entries, long removed) {}

  private KeyRun(Path file, String identity, MappedByteBuffer bytes) {
    this.file = file;
    this.identity = identity;
    this.number = RunFormat.numberOf(file.getFileName().toString());
    this.bytes = bytes;
    try {
      this.parts = readParts();
    } catch (Throwable e) {
      unmap();
      throw e;
    }
  }

  static KeyRun open(Path file, String identity) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < RunFormat.MIN_HEADER_BYTES + RunFormat.CRC_BYTES + RunFormat.FOOTER_BYTES
          || size > RunFormat.MAX_FILE_BYTES) {
        throw corrupt(identity, file, size, "no run has this size");
      }
      MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      map.order(ByteOrder.LITTLE_ENDIAN);
      return new KeyRun(file, identity, map);
    } catch (NoSuchFileException e) {
      throw corrupt(identity, file, 0, "the file is missing");
    }
  }

  private Parts readParts() {
    Checksum checksum = new Checksum();
    int headerLength = readHeader();
    int footerAt = bytes.capacity() - RunFormat.FOOTER_BYTES;
    byte[] footer = read(footerAt, RunFormat.FOOTER_BYTES);
    if (!checksum.isRight(number, footerAt, footer, footer.length)) {
      throw corrupt(footerAt, "no whole footer there");
    }
    int indexAt = LittleEndian.getInt(footer, RunFormat.FOOTER_INDEX_AT);
    if (indexAt < headerLength || indexAt > footerAt - RunFormat.CRC_BYTES) {
      throw corrupt(footerAt, "the footer contradicts the size of the file");
    }
    byte[] table = read(indexAt, footerAt - indexAt);
    if (!checksum.isRight(number, indexAt, table, table.length)) {
      throw corrupt(indexAt, "no whole index there");
    }
    int blocks = LittleEndian.getInt(footer, RunFormat.FOOTER_BLOCKS_AT);
    BlockIndex index = BlockIndex.of(table, blocks, headerLength, indexAt);
    if (index == null) {
      throw corrupt(indexAt, "the index contradicts itself");
    }
    return new Parts(
        index,
        LittleEndian.getLong(footer, RunFormat.FOOTER_ENTRIES_AT),
        LittleEndian.getLong(footer, RunFormat.FOOTER_REMOVED_AT));
  }

  /** Gives the length of the header. */
  private int readHeader() {
    int length = bytes.getInt(RunFormat.HEADER_LENGTH_AT);
    int room = bytes.capacity() - RunFormat.FOOTER_BYTES - RunFormat.CRC_BYTES;
    if (length < RunFormat.MIN_HEADER_BYTES
        || length > Math.min(room, RunFormat.MAX_HEADER_BYTES)) {
      throw corrupt(0, "no whole header there");
    }
    byte[] header = read(0, length);
    if (LittleEndian.getLong(header, 0) != RunFormat.MAGIC
        || LittleEndian.getInt(header, length - RunFormat.CRC_BYTES)
            != RunFormat.headerChecksum(header)) {
      throw corrupt(0, "no whole header there");
    }
    int version = LittleEndian.getInt(header, RunFormat.VERSION_AT);
    if (version > StoreDirectory.FORMAT_VERSION) {
      throw StoreDirectory.newer(file, version);
    }
    String owner =
        new String(
            header,
            RunFormat.IDENTITY_AT,
            length - RunFormat.MIN_HEADER_BYTES,
            StandardCharsets.UTF_8);
    if (!owner.equals(identity)) {
      throw StoreDirectory.foreign(
          file,
          owner,
          identity,
          "Put it back where it came from, or delete the shard's directory and load it again");
    }
    long run = LittleEndian.getLong(header, RunFormat.NUMBER_AT);
    if (run != number) {
      throw corrupt(RunFormat.NUMBER_AT, "the file is run " + run + " under another name");
    }
    return length;
  }

  /** The place is one within the map. */
  private byte[] read(int position, int length) {
    byte[] copy = new byte[length];
    bytes.get(position, copy);
    return copy;
  }

  Path file() {
    return file;
  }

  String name() {
    return file.getFileName().toString();
  }

  BlockIndex index() {
    return parts.index();
  }

  long sizeBytes() {
    return bytes.capacity();
  }

  /**
   * Copies a block into an array that has room for it.
   *
   * @throws StoreException CORRUPT when it is not what was written there
   */
  void readBlock(int block, byte[] into, Checksum checksum) {
    if (unmapped) {
      throw new StoreException(StoreException.Kind.CLOSED, "The file " + file + " is unmapped");
    }
    int position = parts.index().position(block);
    int length = parts.index().length(block);
    bytes.get(position, into, 0, length);
    if (!checksum.isRight(number, position, into, length)) {
      throw corrupt(position, "no whole block there");
    }
  }

  /** Reads everything anew. */
  void verify() {
    readParts();
    RunSource source = RunSource.from(this, LogRecord.NO_BYTES, new BlockBuffers());
    long entries = 0;
    long removed = 0;
    byte @Nullable [] last = null;
    while (source != null) {
      byte[] key = source.checkedKey(last);
      last = key;
      entries++;
      removed += source.removed ? 1 : 0;
      if (!source.advance()) {
        source = null;
      }
    }
    if (entries != parts.entries() || removed != parts.removed()) {
      throw corrupt(
          bytes.capacity() - RunFormat.FOOTER_BYTES, "the footer counts other entries than it has");
    }
  }

  boolean isForced() {
    return forced;
  }

  /** Forces the file to disk. */
  void force() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    forced = true;
  }

  synchronized void unmap() {
    if (!unmapped) {
      unmapped = true;
      IOTools.clean(bytes);
    }
  }

  void delete() throws IOException {
    unmap();
    Files.deleteIfExists(file);
  }

  StoreException corrupt(long offset, String what) {
    return corrupt(identity, file, offset, what);
  }

  private static StoreException corrupt(String identity, Path file, long offset, String what) {
    return new StoreException(
        StoreException.Kind.CORRUPT,
        "Shard "
            + identity
            + " is corrupt at offset "
            + offset
            + " of its ordered index ("
            + file
            + "): "
            + what
            + ". Delete the shard's directory and load it again.");
  }
}
