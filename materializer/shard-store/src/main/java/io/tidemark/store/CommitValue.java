package io.tidemark.store;

import java.nio.ByteBuffer;

/**
 * What a commit record says.
 *
 * @param rowCount rows that a reader of it sees
 * @param head address of the last row record up to it
 * @param millis wall-clock time, made not to go back, in milliseconds since 1970
 * @param metadata the caller's
 */
record CommitValue(long rowCount, long head, long millis, byte[] metadata) {
  static final int FIXED_BYTES = 3 * Long.BYTES;

  byte[] encode() {
    return ByteBuffer.allocate(FIXED_BYTES + metadata.length)
        .putLong(rowCount)
        .putLong(head)
        .putLong(millis)
        .put(metadata)
        .array();
  }

  static CommitValue decode(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    long rowCount = in.getLong();
    long head = in.getLong();
    long millis = in.getLong();
    byte[] metadata = new byte[in.remaining()];
    in.get(metadata);
    return new CommitValue(rowCount, head, millis, metadata);
  }
}
