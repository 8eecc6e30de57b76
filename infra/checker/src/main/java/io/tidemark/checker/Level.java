package io.tidemark.checker;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Arrays;
import java.util.Locale;

/** The consistency that a read asked for or was given. */
public enum Level {
  /** Some state that was true. */
  EVENTUAL,
  /** Every event acknowledged more than a bound before the read began. */
  BOUNDED,
  /** Everything in the token handed in, and never older than what the session has read. */
  SESSION,
  /** Every event acknowledged to anyone before the read began. */
  STRONG,
  /** All rows at one cut. */
  SNAPSHOT,
  /** The rows as they were at an earlier position. */
  AS_OF;

  /** Whether such a read waits for the token that it is handed. */
  boolean honoursToken() {
    return this != EVENTUAL && this != AS_OF;
  }

  /** Whether an answer at this level is all that a request for the other one was promised. */
  boolean satisfies(Level asked) {
    return switch (asked) {
      case EVENTUAL -> this != AS_OF;
      case BOUNDED -> this == BOUNDED || this == STRONG;
      case SESSION -> honoursToken();
      case STRONG, SNAPSHOT, AS_OF -> this == asked;
    };
  }

  /** The name in files and on the command line. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Level parse(String text) {
    return Arrays.stream(values())
        .filter(level -> level.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TidemarkException(
                    ErrorCode.UNKNOWN_LEVEL,
                    "no level is named '"
                        + text
                        + "'; the levels are "
                        + Arrays.stream(values()).map(Level::text).toList()));
  }
}
