package io.tidemark.views;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the planner's explanation of a view says.
 *
 * @param insertOnly whether rows are only ever added
 * @param retracts whether old rows come out of the query before the new ones
 * @param ticksAreSound whether a tick that comes through the plan means that everything before it
 *     has come through
 * @param heldBack operators that keep rows until some time has passed
 * @param losesOldRows whether rows that no longer belong to the view would stay in it, because an
 *     operator that may drop the new row of an update does not get the old one. Flink leaves old
 *     rows away where the view does not ask for them, and knows that a filter needs them all the
 *     same, but not that a join with another condition than equality does
 */
record PlanReading(
    boolean insertOnly,
    boolean retracts,
    boolean ticksAreSound,
    Set<String> heldBack,
    boolean losesOldRows) {
  private static final Pattern OPERATOR =
      Pattern.compile("[\\s:|+-]*(\\w+)\\(.*changelogMode=\\[([A-Z,]+)]\\)");
  private static final String BEGIN = "== Optimized Physical Plan ==";
  private static final String END = "== Optimized Execution Plan ==";

  /** Operators that emit the rows of an event before they pass on what comes behind it. */
  private static final Set<String> PROMPT =
      Set.of(
          "TableSourceScan",
          "Calc",
          "Correlate",
          "Exchange",
          "Expand",
          "GroupAggregate",
          "Join",
          "Reused",
          "Sink",
          "Union");

  private static final Set<String> INSERTS = Set.of("I");
  private static final Set<String> UPSERTS = Set.of("I", "UA", "NONE");

  /** A join by equal columns and nothing else. */
  private static final Pattern EQUALITY =
      Pattern.compile(".*where=\\[(AND\\()?(=\\([^(),]+, [^(),]+\\)(, )?)+\\)?], select=.*");

  private static final Pattern TIMED =
      Pattern.compile(".*(Window|Match|Temporal|Interval|OverAggregate|MiniBatch|Watermark).*");

  /** Reads the explanation of an INSERT with {@code ExplainDetail.CHANGELOG_MODE}. */
  static PlanReading of(String explanation) {
    int begin = explanation.indexOf(BEGIN) + BEGIN.length();
    List<String> lines =
        explanation
            .substring(begin, explanation.indexOf(END, begin))
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    boolean sound = true;
    boolean insertOnly = false;
    boolean retracts = false;
    boolean inputSeen = false;
    boolean onlyNewRows = false;
    boolean mayDropNewRows = false;
    Set<String> heldBack = new TreeSet<>();
    for (String line : lines) {
      Matcher matcher = OPERATOR.matcher(line);
      if (!matcher.matches()) {
        // A literal with a line break, perhaps. Barriers are always sound.
        sound = false;
        continue;
      }
      String operator = matcher.group(1);
      Set<String> modes = Set.copyOf(Stream.of(matcher.group(2).split(",")).toList());
      if (!operator.equals("Sink") && !inputSeen) {
        inputSeen = true;
        insertOnly = modes.equals(INSERTS);
        retracts = modes.contains("UB");
      }
      onlyNewRows |= modes.contains("UA") && !modes.contains("UB");
      mayDropNewRows |=
          operator.equals("Correlate")
              || (operator.equals("Join") && !EQUALITY.matcher(line).matches());
      sound &= PROMPT.contains(operator) && UPSERTS.containsAll(modes);
      if (TIMED.matcher(operator).matches()) {
        heldBack.add(operator);
      }
    }
    return new PlanReading(insertOnly, retracts, sound, heldBack, onlyNewRows && mayDropNewRows);
  }
}
