package io.tidemark.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * The first record of each segment: what its file is, and what the files before it said that must
 * outlive them.
 *
 * @param format version of everything in the file
 * @param bytes of the file that may hold records: a shorter file has been cut
 * @param identity of the shard
 * @param prunedBelow savepoints below this id have been pruned
 */
record SegmentStart(int format, int bytes, String identity, long prunedBelow) {
  byte[] encode() {
    byte[] name = identity.getBytes(UTF_8);
    return ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES + name.length)
        .putInt(format)
        .putInt(bytes)
        .putLong(prunedBelow)
        .put(name)
        .array();
  }

  static SegmentStart decode(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    int format = in.getInt();
    int bytes = in.getInt();
    long prunedBelow = in.getLong();
    return new SegmentStart(format, bytes, UTF_8.decode(in).toString(), prunedBelow);
  }
}
