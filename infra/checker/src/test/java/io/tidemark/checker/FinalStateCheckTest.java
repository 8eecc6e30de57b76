package io.tidemark.checker;

import static io.tidemark.checker.Level.EVENTUAL;
import static io.tidemark.checker.Script.event;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FinalStateCheckTest {
  private static Script threeEvents() {
    return Script.usual()
        .ok("w", 1, 2, event("a", 1), 0, 0)
        .ok("w", 3, 4, event("a", 2), 0, 1)
        .ok("w", 5, 6, event("b", 1), 1, 0);
  }

  @Test
  void lost() {
    Report report =
        threeEvents()
            .read("r", 100, 101, EVENTUAL)
            .last()
            .seq("a", 1)
            .done()
            .violates(Property.FINAL_STATE);
    assertThat(report.examples(Property.FINAL_STATE).get(0).what())
        .contains("has lost events")
        .contains("[2, 3, 2]");
  }

  @Test
  void aRowIsMissingFromACompleteRead() {
    threeEvents()
        .read("r", 100, 101, EVENTUAL)
        .last()
        .seq("a", 2)
        .complete("seq")
        .done()
        .violates(Property.FINAL_STATE);
    threeEvents()
        .read("r", 100, 101, EVENTUAL)
        .last()
        .seq("a", 2)
        .seq("b", 1)
        .complete("seq")
        .done()
        .isClean();
  }

  @Test
  void doubledInARowOfTwoPartitions() {
    Report report =
        threeEvents()
            .read("r", 100, 101, EVENTUAL)
            .last()
            .row("cnt", "g", 4, 5)
            .done()
            .violates(Property.FINAL_STATE, Property.EVENTUAL);
    assertThat(report.examples(Property.FINAL_STATE).get(0).what()).contains("doubled");
  }

  @Test
  void doubledAndLostSoThatTheCountAgrees() {
    threeEvents()
        .read("r", 100, 101, EVENTUAL)
        .last()
        .row("cnt", "g", 3, 5)
        .done()
        .violates(Property.FINAL_STATE, Property.EVENTUAL);
  }

  @Test
  void aRowThatNobodyWrote() {
    threeEvents()
        .read("r", 100, 101, EVENTUAL)
        .last()
        .seq("z", 1)
        .done()
        .violates(Property.FINAL_STATE, Property.EVENTUAL);
  }

  @Test
  void unknownAppendsCountOrDoNot() {
    for (int n = 2; n <= 3; n++) {
      threeEvents()
          .unknown("w", 7, 8, event("a", 3))
          .read("r", 100, 101, EVENTUAL)
          .last()
          .seq("a", n)
          .done()
          .isClean();
    }
  }

  @Test
  void anUnknownAppendThatTheLogHoldsMustShow() {
    threeEvents()
        .unknown("w", 7, 8, event("a", 3))
        .logged(event("a", 1), 0, 0)
        .logged(event("a", 2), 0, 1)
        .logged(event("a", 3), 0, 2)
        .logged(event("b", 1), 1, 0)
        .scanned()
        .read("r", 100, 101, EVENTUAL)
        .last()
        .seq("a", 2)
        .done()
        .violates(Property.FINAL_STATE);
  }

  @Test
  void theLogItselfLosesDoublesAndInvents() {
    Report report =
        threeEvents()
            .failed("w", 7, 8, event("f", 1))
            .logged(event("a", 1), 0, 0)
            .logged(event("a", 1), 0, 5)
            .logged(event("a", 2), 0, 1)
            .logged(event("f", 1), 0, 2)
            .logged(event("x", 1), 0, 3)
            .scanned()
            .violates(Property.FINAL_STATE);
    assertThat(report.examples(Property.FINAL_STATE))
        .extracting(Violation::what)
        .anyMatch(what -> what.contains("2 times"))
        .anyMatch(what -> what.contains("f1") && what.contains("failed"))
        .anyMatch(what -> what.contains("b1") && what.contains("is not in its log"))
        .anyMatch(what -> what.contains("x1") && what.contains("nobody"));
  }
}
