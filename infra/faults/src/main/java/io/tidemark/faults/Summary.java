package io.tidemark.faults;

import io.tidemark.checker.Report;
import io.tidemark.checker.Violation;
import io.tidemark.schemas.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What came of a run.
 *
 * @param report what the checker says of the history
 * @param troubles what went wrong beside the history: a system that did not come to rest, a process
 *     that ended by itself
 */
record Summary(
    String deployment,
    long seed,
    double seconds,
    Map<FaultKind, Integer> faults,
    Map<FaultKind, String> skipped,
    List<Tally.Errors> errors,
    List<String> troubles,
    Report report) {
  /** What is to be expected of a system whose parts are being killed. */
  private static final Set<ErrorCode> USUAL =
      Set.of(
          ErrorCode.NODE_UNAVAILABLE,
          ErrorCode.LOG_UNAVAILABLE,
          ErrorCode.REGISTRY_UNAVAILABLE,
          ErrorCode.DEADLINE_EXCEEDED,
          ErrorCode.ORDER_NOT_CONFIRMED,
          ErrorCode.VIEW_BUILDING,
          ErrorCode.NO_COMMON_CUT,
          ErrorCode.AS_OF_GONE);

  private static final int EXAMPLES = 5;

  /** Whether nothing was found that a fault does not excuse. */
  boolean isClean() {
    return report.isClean() && troubles.isEmpty() && surprises().isEmpty();
  }

  /** The errors that no fault excuses. */
  List<Tally.Errors> surprises() {
    return errors.stream()
        .filter(each -> !USUAL.contains(each.code()))
        // A node whose clock was set back takes a time of the past for one of the future.
        .filter(
            each ->
                !(each.code() == ErrorCode.INVALID_REQUEST
                    && faults.containsKey(FaultKind.STEP_CLOCK)
                    && each.first().contains("asOf must be a time of the past")))
        .toList();
  }

  /** For people. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(text, "deployment", deployment);
    line(text, "seed", Long.toString(seed));
    line(text, "load", String.format(Locale.ROOT, "%.0f s", seconds));
    line(text, "appends", counts(report.appends()));
    line(text, "reads by level", counts(report.reads()));
    line(text, "reads without answer", Long.toString(report.unansweredReads()));
    line(
        text,
        "errors",
        errors.isEmpty()
            ? "none"
            : errors.stream()
                .map(each -> each.code() + " (" + each.tried() + ") " + each.count())
                .collect(Collectors.joining(", ")));
    line(text, "faults", counts(faults));
    skipped.forEach((kind, why) -> line(text, "skipped", kind.text() + ": " + why));
    for (Report.Finding finding : report.findings()) {
      line(
          text,
          finding.property().text(),
          "violations " + finding.violations() + ", undecided " + finding.undecided());
    }
    for (Tally.Errors each : surprises()) {
      line(text, "not excused", each.code() + " (" + each.tried() + "): " + each.first());
    }
    troubles.forEach(trouble -> line(text, "trouble", trouble));
    line(text, "violations", Long.toString(report.violations()));
    for (Report.Finding finding : report.findings()) {
      for (Violation violation :
          finding.examples().subList(0, Math.min(EXAMPLES, finding.examples().size()))) {
        text.append('\n').append(violation.describe(report.startNs())).append('\n');
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-22s%s%n", name, value));
  }

  private static String counts(Map<?, ? extends Number> counts) {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(
                entry ->
                    String.valueOf(entry.getKey()).toLowerCase(Locale.ROOT).replace('_', '-')
                        + " "
                        + entry.getValue())
            .collect(Collectors.joining(", "));
  }
}
