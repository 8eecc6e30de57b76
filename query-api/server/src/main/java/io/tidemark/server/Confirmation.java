package io.tidemark.server;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a read at {@link Level#STRONG} makes sure of besides, where it is asked to. */
enum Confirmation {
  /** That whoever told where the logs end still led. */
  EPOCH,
  /** That the rows do not show an event without one that had been acknowledged before it began. */
  ORDER;

  private String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What stands in requests and replies. */
  static String text(Set<Confirmation> all) {
    return all.stream().map(Confirmation::text).collect(Collectors.joining(","));
  }

  /**
   * The confirmations of a request, each named once, in any order.
   *
   * @throws io.tidemark.schemas.TidemarkException INVALID_REQUEST
   */
  static Set<Confirmation> parse(String text) {
    Set<Confirmation> all = EnumSet.noneOf(Confirmation.class);
    for (String name : text.split(",", -1)) {
      Optional<Confirmation> named =
          Arrays.stream(values()).filter(each -> each.text().equals(name)).findAny();
      if (named.isEmpty() || !all.add(named.get())) {
        throw Problem.invalid(
            "confirm can only be epoch, order, or both as epoch,order, got '%s'".formatted(text)
                + "; leave it out to do without");
      }
    }
    return Collections.unmodifiableSet(all);
  }
}
