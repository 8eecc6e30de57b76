package io.tidemark.store;

/**
 * Where a record is, in 48 bits of a long: 22 bits of segment number, 26 bits of file offset in
 * units of four bytes (the log aligns records so). Addresses grow in the order of the log. Segments
 * are numbered from 1, so 0 is "nowhere".
 */
final class Address {
  static final long NONE = 0;

  private static final int OFFSET_BITS = 26;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
  private static final int ALIGNMENT_BITS = 2;

  private Address() {}

  static long of(int segment, long offset) {
    return ((long) segment << OFFSET_BITS) | (offset >>> ALIGNMENT_BITS);
  }

  static int segment(long address) {
    return (int) (address >>> OFFSET_BITS);
  }

  static int offset(long address) {
    return (int) ((address & OFFSET_MASK) << ALIGNMENT_BITS);
  }

  static String describe(long address) {
    return "segment " + segment(address) + ", offset " + offset(address);
  }
}
