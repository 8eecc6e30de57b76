package io.tidemark.checker;

import static io.tidemark.checker.Level.STRONG;
import static io.tidemark.checker.Script.event;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StrongCheckTest {
  @Test
  void missesAnAcknowledgedEvent() {
    Report report =
        Script.usual()
            .ok("w", 1, 5, event("a", 1), 0, 0)
            .read("r", 6, 7, STRONG)
            .seq("a", 0)
            .done()
            .violates(Property.STRONG);
    assertThat(report.examples(Property.STRONG).get(0).describe(0))
        .contains("a1 (l/a #1")
        .contains("acknowledged, token l[0=1]")
        .contains("seq/a (no row)");
  }

  @Test
  void anEventBehindAnAcknowledgedOneIsNotNeededButOneBeforeItIs() {
    Script script =
        Script.usual()
            .ok("w", 1, 50, event("a", 1), 0, 0)
            .ok("v", 1, 5, event("a", 2), 0, 1)
            .ok("u", 1, 50, event("a", 3), 0, 2);
    script.read("r", 10, 11, STRONG).seq("a", 2).done().isClean();
    script.read("q", 10, 11, STRONG).seq("a", 1).done().violates(Property.STRONG);
  }

  @Test
  void anAcknowledgedEventNeedsAllThatLieBeforeIt() {
    Script script =
        Script.usual()
            .ok("w", 1, 50, event("a", 1), 0, 0)
            .ok("v", 1, 50, event("a", 2), 0, 1)
            .ok("u", 1, 5, event("a", 3), 0, 2);
    script.read("r", 10, 11, STRONG).seq("a", 3).done().isClean();
    script.read("q", 10, 11, STRONG).seq("a", 0).done().violates(Property.STRONG);
  }

  @Test
  void staleReadAfterAFreshOneOnAnotherReplica() {
    // The append is not acknowledged yet: only the other read shows that it has happened.
    Script.usual()
        .ok("w", 1, 50, event("a", 1), 0, 0)
        .read("r", 10, 12, STRONG)
        .seq("a", 1)
        .done()
        .read("q", 13, 15, STRONG)
        .seq("a", 0)
        .done()
        .violates(Property.STRONG);
  }

  @Test
  void readsThatOverlapMayDisagree() {
    Script.usual()
        .ok("w", 1, 50, event("a", 1), 0, 0)
        .read("r", 10, 14, STRONG)
        .seq("a", 1)
        .done()
        .read("q", 13, 15, STRONG)
        .seq("a", 0)
        .done()
        .isClean();
  }

  @Test
  void anUnknownAppendThatShowedCannotGoAway() {
    Script.usual()
        .unknown("w", 1, 5, event("a", 1))
        .read("r", 10, 11, STRONG)
        .seq("a", 1)
        .done()
        .read("r", 12, 13, STRONG)
        .seq("a", 0)
        .done()
        .violates(Property.STRONG);
  }

  @Test
  void anUnknownAppendMayAppearLate() {
    Script.usual()
        .unknown("w", 1, 5, event("a", 1))
        .read("r", 10, 11, STRONG)
        .seq("a", 0)
        .done()
        .read("r", 1012, 1013, STRONG)
        .seq("a", 1)
        .done()
        .isClean();
  }

  @Test
  void aRowOfTwoPartitionsThatOnlyTheSearchConvicts() {
    // Each read sees one of two open appends, at no time both: neither order explains both reads,
    // though every count is possible by itself and none goes backward.
    Script script =
        Script.usual()
            .ok("w", 1, 50, event("a", 1), 0, 0)
            .ok("v", 1, 50, event("b", 2), 1, 0)
            .read("r", 10, 20, STRONG)
            .row("all", "*", 1, 1)
            .done()
            .read("q", 10, 20, STRONG)
            .row("all", "*", 1, 2)
            .done();
    Report report = script.violates(Property.STRONG);
    assertThat(report.examples(Property.STRONG).get(0).what()).contains("no order");
    assertThat(report.examples(Property.STRONG).get(0).operations().stream())
        .filteredOn(Read.class::isInstance)
        .hasSize(2);
  }

  @Test
  void withoutAPromiseOfOrderARowOfTwoPartitionsMayShowTheLaterEventAlone() {
    Script script =
        Script.usual()
            .ok("w", 11, 12, event("a", 1), 0, 0)
            .ok("v", 13, 14, event("b", 2), 1, 0)
            .read("r", 10, 20, STRONG)
            .unordered()
            .row("all", "*", 1, 2)
            .done();
    script.isClean();
    // But nothing that was acknowledged before may be missing, and nothing may go away again.
    script
        .read("q", 13, 20, STRONG)
        .unordered()
        .row("all", "*", 1, 2)
        .done()
        .violates(Property.STRONG);
    Script.usual()
        .ok("w", 11, 30, event("a", 1), 0, 0)
        .ok("v", 11, 30, event("b", 2), 1, 0)
        .read("r", 12, 15, STRONG)
        .unordered()
        .row("all", "*", 1, 2)
        .done()
        .read("q", 16, 20, STRONG)
        .unordered()
        .row("all", "*", 1, 1)
        .done()
        .violates(Property.STRONG);
  }

  @Test
  void withAPromiseOfOrderNoRowShowsTheLaterEventAlone() {
    Script.usual()
        .ok("w", 11, 12, event("a", 1), 0, 0)
        .ok("v", 13, 14, event("b", 2), 1, 0)
        .read("r", 10, 20, STRONG)
        .row("all", "*", 1, 2)
        .done()
        .violates(Property.STRONG);
  }

  @Test
  void theSearchFindsAnOrderWhereThereIsOne() {
    Script script =
        Script.usual()
            .ok("w", 1, 50, event("a", 1), 0, 0)
            .ok("v", 1, 50, event("b", 2), 1, 0)
            .unknown("u", 1, 5, event("c", 4))
            .read("r", 10, 20, STRONG)
            .row("all", "*", 1, 1)
            .done()
            .read("q", 10, 40, STRONG)
            .row("all", "*", 2, 5)
            .done()
            .read("p", 30, 60, STRONG)
            .row("all", "*", 3, 7)
            .done();
    script.isClean();
  }

  @Test
  void unknownsTakenInContradictingOrders() {
    Script.usual()
        .unknown("w", 1, 5, event("a", 1))
        .unknown("v", 1, 5, event("b", 2))
        .read("r", 10, 20, STRONG)
        .row("cnt", "g", 1, 1)
        .done()
        .read("q", 10, 20, STRONG)
        .row("cnt", "g", 1, 2)
        .done()
        .violates(Property.STRONG);
  }

  @Test
  void ofAMessyHistoryTheFewestReadsAreShown() {
    Script script = Script.usual();
    for (int n = 1; n <= 20; n++) {
      script.ok("w", n * 10, n * 10 + 4, event("a", n), 0, n - 1);
      script.read("r", n * 10 + 5, n * 10 + 6, STRONG).row("all", "*", n, n * (n + 1) / 2).done();
    }
    script
        .ok("v", 500, 600, event("b", 1000), 1, 0)
        .ok("w", 500, 600, event("a", 21), 0, 20)
        .read("r", 510, 520, STRONG)
        .row("all", "*", 21, 1210)
        .done()
        .read("q", 510, 520, STRONG)
        .row("all", "*", 21, 231)
        .done();
    Report report = script.violates(Property.STRONG);
    assertThat(report.examples(Property.STRONG).get(0).operations().stream())
        .filteredOn(Read.class::isInstance)
        .hasSize(2);
  }
}
