package io.tidemark.bench.peers;

import io.tidemark.bench.run.Better;
import java.util.Locale;

/**
 * One number about a peer in a case.
 *
 * @param title what it is, and in which unit; one of its kind in an experiment
 * @param format of {@link String#format}
 */
record Measure(String title, Better better, String format) {
  String format(double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
