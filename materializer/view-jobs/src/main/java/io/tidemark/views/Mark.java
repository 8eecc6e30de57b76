package io.tidemark.views;

import java.util.Arrays;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.util.OutputTag;

/**
 * What a tap tells the writers: at this tick, or at this barrier, it had passed on everything below
 * these offsets.
 *
 * <p>It travels as a plain array of longs: scan, tick, whether it is exact, then the offsets.
 *
 * @param scan which of the query's scans it is about; a query may read one log twice
 * @param tick number of the tick, or of the checkpoint in an exact view
 * @param exact whether what was passed on follows from nothing else; a tick's rows may run ahead,
 *     so there it says nothing
 * @param offsets of the scan's parts
 */
record Mark(int scan, long tick, boolean exact, long[] offsets) {
  static final byte[] NO_BYTES = {};
  static final OutputTag<long[]> TAG =
      new OutputTag<>("marks", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);

  private static final int HEADER = 3;

  long[] encode() {
    long[] encoded = new long[HEADER + offsets.length];
    encoded[0] = scan;
    encoded[1] = tick;
    encoded[2] = exact ? 1 : 0;
    System.arraycopy(offsets, 0, encoded, HEADER, offsets.length);
    return encoded;
  }

  static Mark decode(long[] encoded) {
    long[] offsets = Arrays.copyOfRange(encoded, HEADER, encoded.length);
    return new Mark((int) encoded[0], encoded[1], encoded[2] != 0, offsets);
  }
}
