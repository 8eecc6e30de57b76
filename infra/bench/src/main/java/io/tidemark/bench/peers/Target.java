package io.tidemark.bench.peers;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Tidemark is meant to reach. Whether it does is computed, from unrounded figures.
 *
 * @param title what is to be reached, for the reader
 * @param one the figure that is judged
 * @param other what it is compared with; {@code null} when it is judged alone
 */
record Target(String title, Rule rule, Side one, @Nullable Side other, double limit) {
  /** One figure of the run. The case is one of the experiment that has the target. */
  record Side(String caseTitle, Peer peer, Measure measure) {}

  /** How the figures are judged. */
  enum Rule {
    /** The one is better than the other by that factor or more; above 1 is better. */
    TIMES_BETTER,
    /** The one divided by the other is no more than that. */
    RATIO_AT_MOST,
    /** The one divided by the other is no less than that. */
    RATIO_AT_LEAST,
    AT_MOST,
    AT_LEAST
  }

  /** Verdict on a target. */
  enum Verdict {
    MET,
    MISSED,
    NOT_MEASURED
  }

  /**
   * A verdict and what it rests on.
   *
   * @param reached the ratio or the value; 0 when not measured
   */
  record Outcome(Verdict verdict, double reached) {}

  static Target timesBetter(String title, Side one, Side other, double limit) {
    return new Target(title, Rule.TIMES_BETTER, one, other, limit);
  }

  static Target ratioAtMost(String title, Side one, Side other, double limit) {
    return new Target(title, Rule.RATIO_AT_MOST, one, other, limit);
  }

  static Target ratioAtLeast(String title, Side one, Side other, double limit) {
    return new Target(title, Rule.RATIO_AT_LEAST, one, other, limit);
  }

  static Target atMost(String title, Side one, double limit) {
    return new Target(title, Rule.AT_MOST, one, null, limit);
  }

  static Target atLeast(String title, Side one, double limit) {
    return new Target(title, Rule.AT_LEAST, one, null, limit);
  }

  Outcome judge(Results results) {
    Optional<Double> value = value(results, one);
    Optional<Double> than = other == null ? Optional.of(1.0) : value(results, other);
    if (value.isEmpty() || than.isEmpty()) {
      return new Outcome(Verdict.NOT_MEASURED, 0);
    }
    double reached =
        rule == Rule.TIMES_BETTER
            ? one.measure().better().times(value.get(), than.get())
            : value.get() / than.get();
    boolean met =
        switch (rule) {
          case TIMES_BETTER, RATIO_AT_LEAST, AT_LEAST -> reached >= limit;
          case RATIO_AT_MOST, AT_MOST -> reached <= limit;
        };
    return new Outcome(met ? Verdict.MET : Verdict.MISSED, reached);
  }

  private static Optional<Double> value(Results results, Side side) {
    return results
        .figure(side.caseTitle(), side.peer(), side.measure())
        .map(figure -> figure.value());
  }

  /** "met, 8.42×", "**missed**, 61", "not measured". */
  String describe(Outcome outcome) {
    String reached =
        other == null
            ? one.measure().format(outcome.reached())
            : String.format(Locale.ROOT, "%.2f×", outcome.reached());
    return switch (outcome.verdict()) {
      case MET -> "met, " + reached;
      case MISSED -> "**missed**, " + reached;
      case NOT_MEASURED -> "not measured";
    };
  }
}
