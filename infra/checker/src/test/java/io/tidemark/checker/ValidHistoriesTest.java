package io.tidemark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** What a correct system does is never called wrong. */
class ValidHistoriesTest {
  @RepeatedTest(40)
  void aCorrectSystemIsFoundCorrect(RepetitionInfo repetition) {
    long seed = ThreadLocalRandom.current().nextLong();
    boolean exact = repetition.getCurrentRepetition() % 2 == 0;
    boolean scan = repetition.getCurrentRepetition() % 4 < 2;
    int operations = 20 * repetition.getCurrentRepetition();
    History history = new SimulatedSystem(seed, operations, exact).run(4, scan);
    Report report = Checker.check(history);
    long undecided = report.findings().stream().mapToLong(Report.Finding::undecided).sum();
    System.out.printf(
        "seed %d exact %s scan %s: %d appends, %d reads, %d undecided%n",
        seed, exact, scan, history.appends().size(), history.reads().size(), undecided);
    assertThat(report.violations()).as(() -> "seed " + seed + Script.describe(report)).isZero();
  }
}
