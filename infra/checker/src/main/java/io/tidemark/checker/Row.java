package io.tidemark.checker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One row that a read was given, or the news that there is no such row. Immutable. */
public final class Row {
  private final String view;
  private final String key;
  private final long[] values;

  /**
   * A row of a view.
   *
   * @param values its columns in the order of the view's {@link ViewModel}, or null when the view
   *     has no such row
   */
  public Row(String view, String key, long @Nullable [] values) {
    this.view = view;
    this.key = key;
    this.values = values == null ? ViewModel.NOTHING : values.clone();
  }

  /** The view's name. */
  public String view() {
    return view;
  }

  /** The row's key. */
  public String key() {
    return key;
  }

  /** Whether the view has such a row. */
  public boolean exists() {
    return values.length > 0;
  }

  /** The columns, as the array itself; empty when there is no such row. */
  long[] values() {
    return values;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Row other
        && view.equals(other.view)
        && key.equals(other.key)
        && Arrays.equals(values, other.values);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * view.hashCode() + key.hashCode()) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return view + "/" + key + (exists() ? " " + Arrays.toString(values) : " (no row)");
  }
}
