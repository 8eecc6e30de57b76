package io.tidemark.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Which files make up the store, and from which record of the log on they have to be brought up to
 * date. Written whole, to a file beside the last one, which it then replaces.
 *
 * @param state the ordered index and the statistics are those of this state
 * @param runs files of the ordered index
 * @param pointIndex generation of the point index
 * @param segments the segments of the log, up to the last one at that time
 * @param forcedTo up to here everything had been forced to disk
 * @param oldestStep versions that only readers of earlier steps need may have been dropped
 * @param garbage what compaction knows
 */
record Manifest(
    WriterState state,
    List<String> runs,
    int pointIndex,
    Set<Integer> segments,
    long forcedTo,
    long oldestStep,
    Garbage garbage) {
  private static final long MAGIC = 0x7e4b_0a91_54d1_6e03L;
  private static final int CRC_BYTES = Integer.BYTES;

  byte[] encode(String identity) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(MAGIC);
      out.writeInt(StoreDirectory.FORMAT_VERSION);
      out.writeUTF(identity);
      state.write(out);
      out.writeInt(runs.size());
      for (String run : runs) {
        out.writeUTF(run);
      }
      out.writeInt(pointIndex);
      out.writeInt(segments.size());
      for (int segment : segments) {
        out.writeInt(segment);
      }
      out.writeLong(forcedTo);
      out.writeLong(oldestStep);
      garbage.write(out);
      CRC32C crc = new CRC32C();
      crc.update(bytes.toByteArray());
      out.writeInt((int) crc.getValue());
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a manifest.
   *
   * @return null when there is none, or when it is not what was written
   * @throws StoreException WRONG_FORMAT, WRONG_IDENTITY
   */
  static @Nullable Manifest read(Path file, String identity) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException absent) {
      return null;
    }
    int length = bytes.length - CRC_BYTES;
    if (length < 0) {
      return null;
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    DataInputStream tail = new DataInputStream(new ByteArrayInputStream(bytes, length, CRC_BYTES));
    if (tail.readInt() != (int) crc.getValue()) {
      return null;
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readLong() != MAGIC) {
      return null;
    }
    int format = in.readInt();
    if (format > StoreDirectory.FORMAT_VERSION) {
      throw StoreDirectory.newer(file, format);
    }
    String owner = in.readUTF();
    if (!owner.equals(identity)) {
      throw StoreDirectory.foreign(
          file, owner, identity, "Delete it: the index is then rebuilt from the log");
    }
    WriterState state = WriterState.read(in);
    List<String> runs = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      runs.add(in.readUTF());
    }
    int pointIndex = in.readInt();
    Set<Integer> segments = new TreeSet<>();
    for (int left = in.readInt(); left > 0; left--) {
      segments.add(in.readInt());
    }
    return new Manifest(
        state, runs, pointIndex, segments, in.readLong(), in.readLong(), Garbage.read(in));
  }
}
