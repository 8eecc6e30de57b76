package io.tidemark.server;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a reader is promised. */
enum Level {
  /** Some state that was true. */
  EVENTUAL,
  /** Every event acknowledged more than so many milliseconds before the rows were read. */
  BOUNDED,
  /** Everything in the token, and never less than the last read. */
  SESSION,
  /** Every event acknowledged to anyone before the request arrived. */
  STRONG,
  /** All rows at one cut. */
  SNAPSHOT,
  /** The rows as they were at an earlier position or time. */
  AS_OF;

  private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** The name in requests and replies. */
  String text() {
    return text;
  }

  /**
   * The level with that name.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_LEVEL}
   */
  static Level parse(String text) {
    for (Level level : values()) {
      if (level.text().equals(text)) {
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
}
