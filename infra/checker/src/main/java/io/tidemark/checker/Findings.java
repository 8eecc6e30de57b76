package io.tidemark.checker;

import java.util.ArrayList;
import java.util.List;

/** Collects what one check finds. Keeps the first violations, counts them all. */
final class Findings {
  /** More examples than this tell nobody more. */
  static final int KEPT = 20;

  private final Property property;
  private final List<Violation> kept = new ArrayList<>();
  private long violations;
  private long undecided;

  Findings(Property property) {
    this.property = property;
  }

  void violation(String what, Operation... operations) {
    violations++;
    if (kept.size() < KEPT) {
      kept.add(new Violation(property, what, List.of(operations)));
    }
  }

  /** Notes a question whose search was given up. */
  void undecided() {
    undecided++;
  }

  Report.Finding finding() {
    return new Report.Finding(property, violations, undecided, List.copyOf(kept));
  }
}
