package io.tidemark.checker;

import static io.tidemark.checker.Level.SESSION;
import static io.tidemark.checker.Level.SNAPSHOT;
import static io.tidemark.checker.Script.at;
import static io.tidemark.checker.Script.event;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SnapshotCheckTest {
  /** Partition 0: a1 b1 a2 b2. Partition 1: c1 c2. */
  private static Script sixEvents() {
    return Script.usual()
        .ok("w", 1, 2, event("a", 1), 0, 0)
        .ok("w", 3, 4, event("b", 1), 0, 1)
        .ok("w", 5, 6, event("a", 2), 0, 2)
        .ok("w", 7, 8, event("b", 2), 0, 3)
        .ok("w", 9, 10, event("c", 1), 1, 0)
        .ok("w", 11, 12, event("c", 2), 1, 1);
  }

  @Test
  void anyCutWillDo() {
    Script script = sixEvents();
    script.read("r", 20, 21, SNAPSHOT).seq("a", 1).seq("b", 1).seq("c", 2).done();
    script.read("r", 20, 21, SNAPSHOT).seq("a", 2).seq("b", 1).seq("c", 0).done();
    script.read("r", 20, 21, SNAPSHOT).seq("a", 2).row("all", "*", 4, 5).done();
    script.isClean();
  }

  @Test
  void twoKeysOfOnePartitionAtTwoCuts() {
    // b2 lies behind a2.
    Report report =
        sixEvents()
            .read("r", 20, 21, SNAPSHOT)
            .seq("c", 1)
            .seq("a", 1)
            .seq("b", 2)
            .done()
            .violates(Property.SNAPSHOT);
    assertThat(report.examples(Property.SNAPSHOT).get(0).describe(0))
        .contains("seq/b [2, 3, 2] reflects the event at offset 3")
        .contains("not the one at 2")
        .doesNotContain("seq/c");
  }

  @Test
  void theSameRowsAreFineWhereNoCutWasPromised() {
    sixEvents().read("r", 20, 21, SESSION).seq("a", 1).seq("b", 2).done().isClean();
    sixEvents()
        .read("r", 20, 21, SESSION)
        .exact()
        .seq("a", 1)
        .seq("b", 2)
        .done()
        .violates(Property.SNAPSHOT);
  }

  @Test
  void twoViewsAtTwoCuts() {
    // The total of 5 events cannot be: with a and b whole, and c at 2, there are 6.
    sixEvents()
        .read("r", 20, 21, SNAPSHOT)
        .seq("a", 2)
        .seq("b", 2)
        .seq("c", 2)
        .row("all", "*", 5, 7)
        .done()
        .violates(Property.SNAPSHOT);
  }

  @Test
  void twoRowsOfSeveralPartitionsThatOnlyTogetherAreImpossible() {
    // Each total is possible by itself: 3 events are a1 b1 a2, or a1 b1 c1, or a1 c1 c2.
    Script script = sixEvents().model(AggregateModel.total("twin", "l", "*"));
    script
        .read("r", 20, 21, SNAPSHOT)
        .row("all", "*", 3, 4)
        .row("twin", "*", 4, 5)
        .done()
        .violates(Property.SNAPSHOT);
  }

  @Test
  void theCutNamedMustBeTheCutShown() {
    sixEvents()
        .read("r", 20, 21, SNAPSHOT)
        .cut(at(0, 3).merge(at(1, 1)))
        .seq("a", 2)
        .seq("b", 1)
        .row("all", "*", 4, 5)
        .done()
        .isClean();
    // One cut indeed, but another.
    Report report =
        sixEvents()
            .read("r", 20, 21, SNAPSHOT)
            .cut(at(0, 3).merge(at(1, 1)))
            .seq("a", 2)
            .seq("b", 2)
            .done()
            .violates(Property.SNAPSHOT);
    assertThat(report.examples(Property.SNAPSHOT).get(0).what()).contains("seq/b [1, 1, 1]");
  }

  @Test
  void anUnknownAppendIsInTheCutOrNot() {
    Script script = sixEvents().unknown("w", 13, 14, event("a", 3));
    script.read("r", 20, 21, SNAPSHOT).seq("a", 3).seq("b", 2).row("all", "*", 6, 9).done();
    script
        .read("r", 22, 23, SNAPSHOT)
        .seq("a", 3)
        .seq("b", 2)
        .row("all", "*", 7, 12)
        .done()
        .isClean();
  }
}
