package io.tidemark.server;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a reader is promised. */
enum Level {
  /** Some state that was true. */
  EVENTUAL(true),
  /** Every event acknowledged more than so many milliseconds before the rows were read. */
  BOUNDED(true),
  /** Everything in the token, and never less than the last read. */
  SESSION(true),
  /** Every event acknowledged to anyone before the request arrived. */
  STRONG(true),
  /** All rows at one cut. */
  SNAPSHOT(true);

  private final boolean offered;

  Level(boolean offered) {
    this.offered = offered;
  }

  /** The name in requests and replies. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The level with that name.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_LEVEL}, {@link ErrorCode#UNSUPPORTED_LEVEL}
   */
  static Level parse(String text) {
    for (Level level : values()) {
      if (level.text().equals(text)) {
        if (!level.offered) {
          throw unsupported("consistency=" + text);
        }
        return level;
      }
    }
    throw new TidemarkException(
        ErrorCode.UNKNOWN_LEVEL,
        "unknown consistency level '"
            + text
            + "'; the levels are "
            + Arrays.stream(values()).map(Level::text).collect(Collectors.joining(", ")));
  }

  /** What to say about something that only a later version offers. */
  static TidemarkException unsupported(String what) {
    return new TidemarkException(
        ErrorCode.UNSUPPORTED_LEVEL,
        what
            + " is not offered by this version; it offers "
            + Arrays.stream(values())
                .filter(level -> level.offered)
                .map(Level::text)
                .collect(Collectors.joining(", ")));
  }
}
