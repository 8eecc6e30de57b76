package io.tidemark.checker;

import static io.tidemark.checker.Level.BOUNDED;
import static io.tidemark.checker.Level.EVENTUAL;
import static io.tidemark.checker.Script.event;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoundedCheckTest {
  private static Script twoEvents() {
    return Script.usual()
        .ok("w", 1, 100, event("a", 1), 0, 0)
        .ok("w", 101, 200, event("a", 2), 0, 1);
  }

  @Test
  void whatIsWithinTheBoundMayBeMissing() {
    twoEvents().read("r", 250, 260, BOUNDED).bound(50).seq("a", 1).done().isClean();
  }

  @Test
  void whatIsOlderThanTheBoundMayNot() {
    Report report =
        twoEvents()
            .read("r", 251, 260, BOUNDED)
            .bound(50)
            .seq("a", 1)
            .done()
            .violates(Property.BOUNDED);
    assertThat(report.examples(Property.BOUNDED).get(0).what()).contains("a2").contains("50 ms");
  }

  @Test
  void theAcknowledgementCountsNotTheCall() {
    twoEvents().read("r", 240, 400, BOUNDED).bound(50).seq("a", 1).done().isClean();
  }

  @Test
  void aClaimOfLessThanTheRealStaleness() {
    twoEvents()
        .read("r", 1200, 1201, EVENTUAL)
        .claims(999)
        .seq("a", 1)
        .done()
        .violates(Property.BOUNDED);
    twoEvents().read("r", 1200, 1201, EVENTUAL).claims(1000).seq("a", 1).done().isClean();
  }

  @Test
  void aClaimWithinTheBoundThatIsALie() {
    twoEvents()
        .read("r", 250, 260, BOUNDED)
        .bound(100)
        .claims(10)
        .seq("a", 1)
        .done()
        .violates(Property.BOUNDED);
  }

  @Test
  void aClaimAboveTheBoundIsABrokenPromiseByItsOwnWords() {
    twoEvents()
        .read("r", 250, 260, BOUNDED)
        .bound(100)
        .claims(101)
        .seq("a", 2)
        .done()
        .violates(Property.LEVEL);
  }

  @Test
  void aWeakerAnswerThanAskedFor() {
    twoEvents()
        .read("r", 250, 260, EVENTUAL)
        .asked(Level.STRONG)
        .seq("a", 2)
        .done()
        .violates(Property.LEVEL);
    twoEvents().read("r", 250, 260, Level.STRONG).asked(Level.SESSION).seq("a", 2).done().isClean();
  }
}
