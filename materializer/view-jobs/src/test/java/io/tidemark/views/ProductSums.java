package io.tidemark.views;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Amounts of sales by product, as a view has them and as they must be. */
final class ProductSums {
  private ProductSums() {}

  /** Those of a view with the columns product and amount. */
  static Map<Object, Long> of(ChangelogFold fold) {
    return fold.rows().stream()
        .collect(
            Collectors.toMap(r -> r.get("product"), r -> ((Number) r.get("amount")).longValue()));
  }

  /** Those of all sales in the log. */
  static Map<Object, Long> of(ViewLab lab, String log, int partitions) {
    Map<Object, Long> sums = new HashMap<>();
    LogContent.read(lab, log, ViewLab.SALE, partitions)
        .events()
        .forEach(
            e ->
                sums.merge(
                    e.value().get("product").toString(),
                    ((Number) e.value().get("amount")).longValue(),
                    Long::sum));
    return sums;
  }
}
