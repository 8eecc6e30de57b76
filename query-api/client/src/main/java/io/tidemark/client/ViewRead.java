package io.tidemark.client;

import java.util.List;
import java.util.Optional;

/**
 * What a snapshot reads of one view: rows by their keys, or in key order.
 *
 * @param keys the wanted keys, at most 1,000; empty for a scan
 * @param prefix of a scan: the leading key columns; the last one, if a text, matches as the begin
 *     of the column. Empty for all rows
 * @param limit of a scan, from 1 to 1,000
 */
public record ViewRead(
    String view, Optional<List<? extends List<?>>> keys, List<?> prefix, int limit) {
  /** Rows by their keys, in that order. */
  public static ViewRead keys(String view, List<? extends List<?>> keys) {
    return new ViewRead(view, Optional.of(keys), List.of(), 1);
  }

  /** The first rows whose key begins so, in key order. */
  public static ViewRead scan(String view, List<?> prefix, int limit) {
    return new ViewRead(view, Optional.empty(), prefix, limit);
  }
}
