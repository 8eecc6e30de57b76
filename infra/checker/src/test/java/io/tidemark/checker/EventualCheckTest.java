package io.tidemark.checker;

import static io.tidemark.checker.Level.EVENTUAL;
import static io.tidemark.checker.Script.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EventualCheckTest {
  private static Script fiveEvents() {
    Script script = Script.usual();
    for (int n = 1; n <= 5; n++) {
      script.ok("w", n * 10, n * 10 + 5, event("a", n), 0, n - 1);
    }
    return script;
  }

  @Test
  void anyPrefixIsFineHoweverStale() {
    Script script = fiveEvents();
    for (int n = 0; n <= 5; n++) {
      script.read("r", 100 + n, 101 + n, EVENTUAL).seq("a", 5 - n).done();
    }
    script.isClean();
  }

  @Test
  void eventFiveWithoutEventThree() {
    Report report =
        fiveEvents()
            .read("r", 100, 101, EVENTUAL)
            .row("seq", "a", 4, 12, 5)
            .done()
            .violates(Property.EVENTUAL);
    assertThat(report.examples(Property.EVENTUAL).get(0).describe(0))
        .contains("was never true")
        .contains("read eventual")
        .contains("the first 5 events without a3 (l/a #3");
  }

  @Test
  void doubledEventHiddenByALostOne() {
    // 1 2 4 4 5: the count agrees, the sum does not.
    fiveEvents()
        .read("r", 100, 101, EVENTUAL)
        .row("seq", "a", 5, 16, 5)
        .done()
        .violates(Property.EVENTUAL);
  }

  @Test
  void doublingsThatTheSumHidesShowInTheSquares() {
    // 1 1 4 4: count 4, sum 10, maximum 4, just as 1 2 3 4.
    fiveEvents().read("r", 100, 101, EVENTUAL).row("seq", "a", 4, 10, 4).done().isClean();
    Script squares =
        new Script()
            .model(
                AggregateModel.sequence("sq", "l")
                    .with(
                        List.of(
                            AggregateModel.Column.COUNT,
                            AggregateModel.Column.SUM,
                            AggregateModel.Column.SUM_OF_SQUARES)));
    for (int n = 1; n <= 5; n++) {
      squares.ok("w", n * 10, n * 10 + 5, event("a", n), 0, n - 1);
    }
    squares
        .read("r", 100, 101, EVENTUAL)
        .row("sq", "a", 4, 10, 34)
        .done()
        .violates(Property.EVENTUAL);
  }

  @Test
  void aViewOverAViewTakesTheKeysOfAPartitionEachAtItsOwnPace() {
    // b1 lies behind a1 in the one partition, and the row reflects b1 alone.
    AggregateModel overLog = AggregateModel.counter("hop", "l");
    for (AggregateModel model : List.of(overLog, overLog.overViewByKey())) {
      Script script =
          new Script()
              .model(model)
              .ok("w", 1, 2, event("a", 1), 0, 0)
              .ok("w", 3, 4, event("b", 3), 0, 1);
      script.read("r", 10, 11, EVENTUAL).row("hop", "g", 1, 3).done();
      if (model.overView()) {
        script.isClean();
      } else {
        script.violates(Property.EVENTUAL);
      }
    }
  }

  @Test
  void aViewOverAViewReflectsTheEventsOfAKeyInTheirOrder() {
    new Script()
        .model(AggregateModel.counter("hop", "l").overViewByKey())
        .ok("w", 1, 2, event("a", 1), 0, 0)
        .ok("w", 3, 4, event("a", 2), 0, 1)
        .read("r", 10, 11, EVENTUAL)
        .row("hop", "g", 1, 2)
        .done()
        .violates(Property.EVENTUAL);
  }

  @Test
  void phantomBegunAfterTheReadHadEnded() {
    Report report =
        Script.usual()
            .read("r", 1, 2, EVENTUAL)
            .seq("a", 1)
            .done()
            .ok("w", 10, 15, event("a", 1), 0, 0)
            .violates(Property.EVENTUAL);
    assertThat(report.examples(Property.EVENTUAL).get(0).what()).contains("phantom");
  }

  @Test
  void anAppendThatOverlapsTheReadMayBeSeenOrNot() {
    for (int n = 0; n <= 1; n++) {
      Script.usual()
          .ok("w", 10, 20, event("a", 1), 0, 0)
          .read("r", 5, 12, EVENTUAL)
          .seq("a", n)
          .done()
          .isClean();
    }
  }

  @Test
  void failedAppendThatShows() {
    Script.usual()
        .failed("w", 10, 15, event("a", 1))
        .read("r", 20, 21, EVENTUAL)
        .seq("a", 1)
        .done()
        .violates(Property.EVENTUAL);
  }

  @Test
  void unknownAppendMayShowOrNotButNotTwice() {
    Script script =
        Script.usual()
            .ok("w", 1, 2, event("a", 1), 0, 0)
            .unknown("w", 10, 15, event("a", 2))
            .ok("w", 20, 25, event("a", 3), 0, 1);
    script.read("r", 30, 31, EVENTUAL).row("seq", "a", 2, 4, 3).done();
    script.read("r", 32, 33, EVENTUAL).row("seq", "a", 3, 6, 3).done();
    script.isClean();
    script.read("r", 34, 35, EVENTUAL).row("seq", "a", 4, 8, 3).done().violates(Property.EVENTUAL);
  }

  @Test
  void aLogThatWasScannedSettlesTheUnknown() {
    Script script = Script.usual().unknown("w", 10, 15, event("a", 1)).scanned();
    script.read("r", 20, 21, EVENTUAL).seq("a", 1).done().violates(Property.EVENTUAL);
  }

  @Test
  void totalOfTwoPartitionsMustBeASumOfPrefixes() {
    Script script =
        Script.usual()
            .ok("w", 1, 2, event("a", 1), 0, 0)
            .ok("w", 3, 4, event("a", 2), 0, 1)
            .ok("v", 1, 2, event("b", 10), 1, 0)
            .ok("v", 3, 4, event("b", 20), 1, 1);
    script.read("r", 10, 11, EVENTUAL).row("all", "*", 2, 11).done();
    script.read("r", 10, 11, EVENTUAL).row("all", "*", 3, 31).done();
    script.isClean();
    // 20 without 10.
    script.read("r", 12, 13, EVENTUAL).row("all", "*", 2, 21).done().violates(Property.EVENTUAL);
  }

  @Test
  void topThree() {
    Script script = new Script().model(new TopNModel("top", "l", 3));
    long[] numbers = {5, 9, 7, 8};
    for (int i = 0; i < numbers.length; i++) {
      script.ok("w", i * 10, i * 10 + 5, event("a", numbers[i]), 0, i);
    }
    script.read("r", 100, 101, EVENTUAL).row("top", "a", 9, 5).done();
    script.read("r", 100, 101, EVENTUAL).row("top", "a", 9, 7, 5).done();
    script.read("r", 100, 101, EVENTUAL).row("top", "a", 9, 8, 7).done();
    script.isClean();
    // A half step: 8 has come in at the top, and 5 has not gone.
    script.read("r", 102, 103, EVENTUAL).row("top", "a", 9, 8, 5).done();
    script.violates(Property.EVENTUAL);
  }
}
