package io.tidemark.log.catalog;

import io.tidemark.schemas.catalog.ViewDefinition;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations among a view's options: a whole number and a unit, such as {@code 500 ms}. */
public final class DurationOption {
  /**
   * How long the nodes keep a state of the view after the next one has become visible, for reads as
   * of then.
   */
  public static final String RETENTION = "retention";

  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*(ms|s|min|h|d)");

  private DurationOption() {}

  /** Reads a duration; empty when the text is none. The units are ms, s, min, h and d. */
  public static Optional<Duration> parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "min" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        });
  }

  /** The {@link #RETENTION} of that view; zero when it has none. */
  public static Duration retention(ViewDefinition definition) {
    return Optional.ofNullable(definition.getOptions().get(RETENTION))
        .flatMap(DurationOption::parse)
        .orElse(Duration.ZERO);
  }
}
