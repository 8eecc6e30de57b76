package io.tidemark.store;

import java.nio.ByteBuffer;

/**
 * Which commit the index stands at.
 *
 * @param commit address of its commit record, NONE before the first one
 * @param head address of the last row record of the history
 * @param step its number, counted from 1
 * @param logBytes size of all records appended up to it, void ones included
 */
record Watermark(long commit, long head, long step, long logBytes) {
  static final Watermark START = new Watermark(Address.NONE, Address.NONE, 0, 0);

  byte[] encode() {
    return ByteBuffer.allocate(4 * Long.BYTES)
        .putLong(commit)
        .putLong(head)
        .putLong(step)
        .putLong(logBytes)
        .array();
  }

  /** Where a view of the index stands. */
  static Watermark of(OrderedIndex.View view) {
    byte[] bytes = view.own(OrderedIndex.Own.WATERMARK);
    if (bytes == null) {
      return START;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new Watermark(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }
}
