package io.tidemark.client;

import io.tidemark.schemas.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads as of an earlier state, see {@link TidemarkClient#asOf}. Thread-safe. Throws as the client
 * does.
 */
public final class PastReads {
  private final TidemarkClient client;
  private final ReadMode mode;

  PastReads(TidemarkClient client, ReadMode mode) {
    this.client = client;
    this.mode = mode;
  }

  /** One row; the key column by column. */
  public RowResult get(String view, Object... key) {
    return client.get(mode, view, key);
  }

  /** Many rows by their keys, in that order; at most 1,000. */
  public RowsResult getAll(String view, List<? extends List<?>> keys) {
    return client.getAll(mode, view, keys);
  }

  /**
   * One page of the rows whose key begins so, in key order; see {@link TidemarkClient#page}. All
   * pages show the same states.
   */
  public RowsResult page(String view, List<?> prefix, int limit, @Nullable String cursor) {
    return client.page(mode, view, prefix, limit, cursor);
  }

  /**
   * All rows whose key begins so, in key order, fetched page by page as the iterator advances. All
   * of them are of the same states; when those go meanwhile the iteration ends with {@link
   * ErrorCode#AS_OF_GONE}.
   */
  public Iterable<Row> scan(String view, Object... prefix) {
    return () -> new Pages(client, () -> mode, view, List.of(prefix));
  }
}
