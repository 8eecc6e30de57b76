package io.tidemark.faults;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the errors of a run by what was tried and by code. Thread-safe. */
final class Tally {
  /**
   * Errors of one kind.
   *
   * @param first the message of the first one
   */
  record Errors(String tried, ErrorCode code, long count, String first) {}

  private final Map<String, Errors> errors = new TreeMap<>();

  /** Notes an error; {@code tried} is what was tried, such as a level. */
  synchronized void failed(String tried, TidemarkException error) {
    errors.merge(
        error.code() + " " + tried,
        new Errors(tried, error.code(), 1, String.valueOf(error.getMessage())),
        (known, more) -> new Errors(tried, known.code(), known.count() + 1, known.first()));
  }

  /** All that was noted, in order of code. */
  synchronized List<Errors> errors() {
    return List.copyOf(errors.values());
  }
}
