package io.tidemark.checker;

import static io.tidemark.checker.Level.EVENTUAL;
import static io.tidemark.checker.Level.SESSION;
import static io.tidemark.checker.Script.at;
import static io.tidemark.checker.Script.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import org.junit.jupiter.api.Test;

class SessionCheckTest {
  private static Script twoKeys() {
    return Script.usual()
        .ok("s", 1, 2, event("a", 1), 0, 0)
        .ok("s", 3, 4, event("a", 2), 0, 1)
        .ok("s", 5, 6, event("b", 1), 1, 0);
  }

  @Test
  void readsItsOwnWrites() {
    twoKeys().read("s", 7, 8, SESSION).token(at(0, 2), at(0, 2)).seq("a", 2).done().isClean();
    Report report =
        twoKeys()
            .read("s", 7, 8, SESSION)
            .token(at(0, 2), at(0, 2))
            .seq("a", 1)
            .done()
            .violates(Property.SESSION);
    assertThat(report.examples(Property.SESSION).get(0).what())
        .contains("handed in")
        .contains("a2");
  }

  @Test
  void theTokenOfAnAppendCoversItsEvents() {
    twoKeys()
        .scanned()
        .logged(event("a", 1), 0, 0)
        .logged(event("a", 2), 0, 1)
        .logged(event("b", 1), 1, 0)
        .isClean();
    Report report =
        twoKeys()
            .scanned()
            .logged(event("a", 1), 0, 0)
            .logged(event("a", 2), 0, 2)
            .logged(event("b", 1), 1, 0)
            .violates(Property.SESSION);
    assertThat(report.examples(Property.SESSION))
        .singleElement()
        .satisfies(
            violation -> assertThat(violation.what()).contains("does not cover").contains("a2"));
  }

  @Test
  void theTokenOfATransactionCoversAllItsEvents() {
    Script script =
        Script.usual().scanned().together("s", 1, 2, at(0, 2), event("a", 1), event("a", 2));
    script.logged(event("a", 1), 0, 0).logged(event("a", 2), 0, 1).isClean();
    Script lacking =
        Script.usual().scanned().together("s", 1, 2, at(0, 1), event("a", 1), event("a", 2));
    lacking.logged(event("a", 1), 0, 0).logged(event("a", 2), 0, 1).violates(Property.SESSION);
  }

  @Test
  void withoutTheTokenThereIsNoPromise() {
    twoKeys().read("s", 7, 8, SESSION).seq("a", 1).done().isClean();
  }

  @Test
  void anotherViewOverTheSameEventsIsBoundToo() {
    twoKeys()
        .read("s", 7, 8, SESSION)
        .token(at(0, 2).merge(at(1, 1)), at(0, 2).merge(at(1, 1)))
        .row("cnt", "g", 2, 3)
        .done()
        .violates(Property.SESSION);
  }

  @Test
  void aStaleKeyAfterAFreshReadOfAnotherKeyWhoseTokenCoversIt() {
    Position both = at(0, 2).merge(at(1, 1));
    twoKeys()
        .read("q", 7, 8, SESSION)
        .token(Position.empty(), both)
        .seq("b", 1)
        .done()
        .read("q", 9, 10, SESSION)
        .token(both, both)
        .seq("a", 1)
        .done()
        .violates(Property.SESSION);
  }

  @Test
  void aStaleReplicaAfterARowThatRanAheadOfItsToken() {
    // The token covers one event, the row shows two; the next read of the row must not show less.
    Script script =
        twoKeys().read("q", 7, 8, SESSION).token(Position.empty(), at(0, 1)).seq("a", 2).done();
    script.read("q", 9, 10, SESSION).token(at(0, 1), at(0, 1)).seq("a", 1).done();
    script.violates(Property.SESSION);
  }

  @Test
  void anEventThatRanAheadIsSeenInEveryRowWhereItCounts() {
    // The token covers one event, the row shows two: another view must count the second, too.
    Script script =
        twoKeys().read("q", 7, 8, SESSION).token(Position.empty(), at(0, 1)).seq("a", 2).done();
    script.read("q", 9, 10, SESSION).token(at(0, 1), at(0, 1)).row("cnt", "g", 2, 3).done();
    script.isClean();
    Report report =
        script
            .read("q", 11, 12, SESSION)
            .token(at(0, 1), at(0, 1))
            .row("cnt", "g", 1, 1)
            .done()
            .violates(Property.SESSION);
    assertThat(report.examples(Property.SESSION))
        .anySatisfy(
            violation ->
                assertThat(violation.what()).contains("which the session has seen in seq/a"));
  }

  @Test
  void anEventThatRanAheadBindsNobodyWithoutTheToken() {
    Script script =
        twoKeys().read("q", 7, 8, SESSION).token(Position.empty(), at(0, 1)).seq("a", 2).done();
    script.read("q", 9, 10, SESSION).row("cnt", "g", 1, 1).done();
    script.read("r", 9, 10, SESSION).token(at(0, 1), at(0, 1)).row("cnt", "g", 1, 1).done();
    script.isClean();
  }

  @Test
  void aBoundedReadKeepsItsTokenAsWell() {
    twoKeys()
        .read("s", 7, 8, Level.BOUNDED)
        .bound(100)
        .token(at(0, 2), at(0, 2))
        .seq("a", 1)
        .done()
        .violates(Property.SESSION);
  }

  @Test
  void twoSessionsMayDiffer() {
    twoKeys()
        .read("q", 7, 8, SESSION)
        .token(Position.empty(), at(0, 2))
        .seq("a", 2)
        .done()
        .read("r", 9, 10, SESSION)
        .token(Position.empty(), at(0, 1))
        .seq("a", 1)
        .done()
        .isClean();
  }

  @Test
  void theTokenGivenBackMustCoverTheOneHandedIn() {
    twoKeys()
        .read("q", 7, 8, SESSION)
        .token(at(0, 2), at(0, 1))
        .seq("a", 2)
        .done()
        .violates(Property.SESSION);
  }

  @Test
  void theTokenGivenBackMustBeTrue() {
    Report report =
        twoKeys()
            .read("q", 7, 8, SESSION)
            .token(at(0, 1), at(0, 2))
            .seq("a", 1)
            .done()
            .violates(Property.SESSION);
    assertThat(report.examples(Property.SESSION).get(0).what()).contains("gave back");
  }

  @Test
  void rowsOfSeveralShardsNeedNotAllBeAsNewAsTheTokenGivenBack() {
    // The shard of b is at both of its partition's events when that of a is still at one.
    Script script =
        Script.usual()
            .ok("s", 1, 2, event("b", 1), 0, 0)
            .ok("s", 3, 4, event("a", 1), 0, 1)
            .read("q", 7, 8, SESSION)
            .token(at(0, 1), at(0, 2))
            .seq("a", 0)
            .seq("b", 1)
            .done();
    script.isClean();
    // Yet what was handed in binds every row, and so does the token given back the next read.
    script
        .read("q", 9, 10, SESSION)
        .token(at(0, 2), at(0, 2))
        .seq("a", 0)
        .seq("b", 1)
        .done()
        .violates(Property.SESSION);
  }

  @Test
  void anEventualReadPromisesNothingAboutItsToken() {
    twoKeys().read("q", 7, 8, EVENTUAL).token(at(0, 2), at(0, 2)).seq("a", 1).done().isClean();
  }

  @Test
  void anUnknownAppendIsInNoToken() {
    Script.usual()
        .ok("s", 1, 2, event("a", 1), 0, 0)
        .unknown("s", 3, 4, event("a", 2))
        .ok("s", 5, 6, event("a", 3), 0, 1)
        .read("s", 7, 8, SESSION)
        .token(at(0, 2), at(0, 2))
        .row("seq", "a", 2, 4, 3)
        .done()
        .isClean();
  }
}
