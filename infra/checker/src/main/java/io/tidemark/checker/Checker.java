package io.tidemark.checker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * Judges histories. Stateless and thread-safe.
 *
 * <p>Cost, for n operations with r rows in all: n log n to index, r log n for all checks together
 * on rows that one partition feeds and whose events have known places. Any other row costs a
 * search, which is bounded and reported as undecided when given up. A million operations on plain
 * rows take seconds and some hundreds of MiB.
 */
public final class Checker {
  private Checker() {}

  /** Checks every property. */
  public static Report check(History history) {
    return check(history, EnumSet.allOf(Property.class));
  }

  /**
   * Checks the given properties, and {@link Property#EVENTUAL} always: the others leave it to say
   * that a value was never true at all.
   *
   * @throws IllegalArgumentException when the history contradicts itself: a view with two models
   */
  public static Report check(History history, Collection<Property> properties) {
    HistoryIndex index = new HistoryIndex(history);
    List<Report.Finding> results = new ArrayList<>();
    for (Property property : EnumSet.allOf(Property.class)) {
      if (property == Property.EVENTUAL || properties.contains(property)) {
        Findings findings = new Findings(property);
        property.check().run(index, findings);
        results.add(findings.finding());
      }
    }
    return summary(history, index, results);
  }

  private static Report summary(History history, HistoryIndex index, List<Report.Finding> results) {
    Map<Outcome, Long> appends = new EnumMap<>(Outcome.class);
    Map<Level, Long> reads = new EnumMap<>(Level.class);
    long startNs = Long.MAX_VALUE;
    for (Append append : history.appends()) {
      appends.merge(append.call().outcome(), 1L, Long::sum);
      startNs = Math.min(startNs, append.call().startNs());
    }
    for (Read read : index.reads()) {
      reads.merge(read.reply().level(), 1L, Long::sum);
      startNs = Math.min(startNs, read.call().startNs());
    }
    return new Report(
        appends, reads, history.reads().size() - index.reads().size(), startNs, results);
  }
}
