package io.tidemark.bench.peers;

import java.util.List;
import java.util.Locale;

/**
 * How much is measured.
 *
 * @param sizes numbers of events or rows, smallest first
 * @param rounds turns of each peer in each case
 */
record Effort(List<Long> sizes, int rounds) {
  static final Effort FULL = new Effort(List.of(1_000_000L, 5_000_000L), 3);
  static final Effort QUICK = new Effort(List.of(1_000_000L), 1);

  Effort {
    if (sizes.isEmpty() || rounds < 1 || sizes.stream().anyMatch(size -> size < 1)) {
      throw new IllegalArgumentException(
          "Needs sizes of at least 1 and at least one round, is %s and %d rounds"
              .formatted(sizes, rounds));
    }
  }

  /** "5M", "20k", "1,234". */
  static String count(long number) {
    if (number % 1_000_000 == 0) {
      return number / 1_000_000 + "M";
    }
    return number % 1_000 == 0 ? number / 1_000 + "k" : String.format(Locale.ROOT, "%,d", number);
  }

  String describe() {
    return "%s events or rows, %d round(s)"
        .formatted(String.join(" and ", sizes.stream().map(Effort::count).toList()), rounds);
  }
}
