package io.tidemark.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as a stream of bytes, big endian:
 *
 * <pre>
 * long  magic            int  format version      UTF  identity of the shard
 * long  newest savepoint int  length of metadata  ...  metadata
 * for each row, in key order: short 1, short key length, int value length, key, value
 * short 0                long number of rows      int  CRC32C of all of it
 * </pre>
 */
final class SnapshotStream {
  private static final long MAGIC = 0x7e4b_0a91_54d1_6e04L;
  private static final int ROW = 1;
  private static final int END = 0;
  private static final int BUFFER_BYTES = 64 << 10;

  private SnapshotStream() {}

  static void write(Snapshot snapshot, String identity, long newestSavepoint, OutputStream to)
      throws IOException {
    CheckedOutputStream checked =
        new CheckedOutputStream(new BufferedOutputStream(to, BUFFER_BYTES), new CRC32C());
    DataOutputStream out = new DataOutputStream(checked);
    out.writeLong(MAGIC);
    out.writeInt(StoreDirectory.FORMAT_VERSION);
    out.writeUTF(identity);
    out.writeLong(newestSavepoint);
    byte[] metadata = snapshot.metadata();
    out.writeInt(metadata.length);
    out.write(metadata);
    long[] rows = new long[1];
    IOException[] failure = new IOException[1];
    snapshot.scan(
        LogRecord.NO_BYTES,
        null,
        (key, value) -> {
          try {
            out.writeShort(ROW);
            out.writeShort(key.length);
            out.writeInt(value.length);
            out.write(key);
            out.write(value);
            rows[0]++;
            return true;
          } catch (IOException e) {
            failure[0] = e;
            return false;
          }
        });
    if (failure[0] != null) {
      throw failure[0];
    }
    out.writeShort(END);
    out.writeLong(rows[0]);
    out.writeInt((int) checked.getChecksum().getValue());
    out.flush();
  }

  /**
   * Reads a stream into an empty store, and commits it when it is whole.
   *
   * @throws StoreException CORRUPT, WRONG_IDENTITY, WRONG_FORMAT
   */
  static void read(InputStream from, ShardStore into) throws IOException {
    CheckedInputStream checked =
        new CheckedInputStream(new BufferedInputStream(from, BUFFER_BYTES), new CRC32C());
    DataInputStream in = new DataInputStream(checked);
    try {
      readHeader(in, into.identity());
      long newestSavepoint = in.readLong();
      byte[] metadata = bytes(in, in.readInt());
      long rows = 0;
      int mark = in.readUnsignedShort();
      while (mark == ROW) {
        int keyLength = in.readUnsignedShort();
        int valueLength = in.readInt();
        byte[] key = bytes(in, keyLength);
        into.put(key, bytes(in, valueLength));
        rows++;
        mark = in.readUnsignedShort();
      }
      if (mark != END || in.readLong() != rows) {
        throw damaged("it has not the rows that it should have", null);
      }
      int sum = (int) checked.getChecksum().getValue();
      if (in.readInt() != sum) {
        throw damaged("it is not what was written", null);
      }
      into.commitImport(metadata, newestSavepoint);
    } catch (EOFException e) {
      throw damaged("it ends too soon", e);
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.TOO_LARGE) {
        throw damaged("a row in it is larger than this store allows: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private static void readHeader(DataInputStream in, String identity) throws IOException {
    if (in.readLong() != MAGIC) {
      throw damaged("it is none", null);
    }
    int format = in.readInt();
    if (format > StoreDirectory.FORMAT_VERSION) {
      throw new StoreException(
          StoreException.Kind.WRONG_FORMAT,
          "The exported snapshot has format "
              + format
              + ", this version reads up to "
              + StoreDirectory.FORMAT_VERSION
              + ". Upgrade before the import");
    }
    String owner = in.readUTF();
    if (!owner.equals(identity)) {
      throw new StoreException(
          StoreException.Kind.WRONG_IDENTITY,
          "The exported snapshot is of shard '" + owner + "', not of '" + identity + "'");
    }
  }

  private static byte[] bytes(DataInputStream in, int length) throws IOException {
    if (length < 0) {
      throw damaged("a length in it is " + length, null);
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private static StoreException damaged(String how, @Nullable Throwable cause) {
    return new StoreException(
        StoreException.Kind.CORRUPT,
        "The exported snapshot is damaged: " + how + ". Export it again",
        cause);
  }
}
