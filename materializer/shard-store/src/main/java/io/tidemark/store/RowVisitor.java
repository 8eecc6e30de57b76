package io.tidemark.store;

/** Takes the rows of a scan, one by one, in key order. */
@FunctionalInterface
public interface RowVisitor {
  /**
   * One row. The arrays are the visitor's to keep.
   *
   * @return whether to go on
   */
  boolean row(byte[] key, byte[] value);
}
