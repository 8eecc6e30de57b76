package io.tidemark.checker;

import java.util.List;
import java.util.Map;

/**
 * What the checks found in a history.
 *
 * @param appends how many appends, by outcome
 * @param reads how many answered reads, by the level achieved
 * @param unansweredReads how many reads failed, of which there is nothing to judge
 * @param startNs when the history begins; times in violations are shown from there
 */
public record Report(
    Map<Outcome, Long> appends,
    Map<Level, Long> reads,
    long unansweredReads,
    long startNs,
    List<Finding> findings) {
  /**
   * What one check found.
   *
   * @param violations how many
   * @param undecided how many questions were given up because their search grew too large
   * @param examples the first of the violations
   */
  public record Finding(
      Property property, long violations, long undecided, List<Violation> examples) {}

  /** How many violations there are in all. */
  public long violations() {
    return findings.stream().mapToLong(Finding::violations).sum();
  }

  /** Whether no check found a violation. */
  public boolean isClean() {
    return violations() == 0;
  }

  /** The violations of that property that were kept as examples. */
  public List<Violation> examples(Property property) {
    return findings.stream()
        .filter(finding -> finding.property() == property)
        .flatMap(finding -> finding.examples().stream())
        .toList();
  }
}
