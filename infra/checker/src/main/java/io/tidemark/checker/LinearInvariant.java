package io.tidemark.checker;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A law that holds between rows which change together: the sum over rows of weight × column is
 * always the same. With weights 1 and -1 and the sum 0 it says that two rows are equal; with all
 * weights 1, that what leaves one row arrives in another. It is judged on every read that gives all
 * the rows it names; a row that is not there counts as 0.
 *
 * @param weights by the row's key
 * @param column the index of the column
 */
public record LinearInvariant(String view, Map<String, Long> weights, int column, long sum) {
  public LinearInvariant {
    weights = Map.copyOf(weights);
  }

  /** The law that two rows of the view agree in a column. */
  public static LinearInvariant equal(String view, String key, String otherKey, int column) {
    return new LinearInvariant(view, Map.of(key, 1L, otherKey, -1L), column, 0);
  }

  /** Says how the read breaks the law, or null when it does not. Cost: the rows of the read. */
  @Nullable String brokenBy(Read read) {
    Map<String, Row> named = new HashMap<>();
    for (Row row : read.rows()) {
      if (row.view().equals(view) && weights.containsKey(row.key())) {
        named.put(row.key(), row);
      }
    }
    if (!read.completeViews().contains(view) && named.size() < weights.size()) {
      return null;
    }
    long found = 0;
    for (Row row : named.values()) {
      if (row.exists()) {
        found += weights.getOrDefault(row.key(), 0L) * row.values()[column];
      }
    }
    return found == sum
        ? null
        : "the weighted sum of column "
            + column
            + " over "
            + new TreeMap<>(weights)
            + " is "
            + found
            + ", not "
            + sum;
  }
}
