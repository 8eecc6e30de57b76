package io.tidemark.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rows of a scan, fetched page by page. Not thread-safe. */
final class Pages implements Iterator<Row> {
  private static final int PAGE_ROWS = 500;

  private final TidemarkClient client;
  private final Supplier<ReadMode> mode;
  private final String view;
  private final List<Object> prefix;
  private Iterator<Row> page;
  private @Nullable String cursor;

  /**
   * Fetches the first page.
   *
   * @param mode asked before each page, since the session may have grown
   */
  Pages(TidemarkClient client, Supplier<ReadMode> mode, String view, List<Object> prefix) {
    this.client = client;
    this.mode = mode;
    this.view = view;
    this.prefix = prefix;
    this.page = fetch(null);
  }

  private Iterator<Row> fetch(@Nullable String from) {
    RowsResult result = client.page(mode.get(), view, prefix, PAGE_ROWS, from);
    cursor = result.cursor().orElse(null);
    return result.rows().iterator();
  }

  @Override
  public boolean hasNext() {
    while (!page.hasNext() && cursor != null) {
      page = fetch(cursor);
    }
    return page.hasNext();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.next();
  }
}
