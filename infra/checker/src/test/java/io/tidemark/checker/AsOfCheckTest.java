package io.tidemark.checker;

import static io.tidemark.checker.Level.AS_OF;
import static io.tidemark.checker.Script.at;
import static io.tidemark.checker.Script.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import org.junit.jupiter.api.Test;

class AsOfCheckTest {
  private static Script twoKeys() {
    return Script.usual()
        .ok("w", 1, 2, event("a", 1), 0, 0)
        .ok("w", 3, 4, event("b", 1), 0, 1)
        .ok("w", 5, 6, event("a", 2), 0, 2)
        .ok("w", 7, 8, event("b", 2), 0, 3);
  }

  @Test
  void aLowerBoundMayShowMoreThanItsTokenNames() {
    // Of a view whose progress comes by ticks: b2 lies behind a2, and no cut was promised.
    twoKeys()
        .read("r", 20, 21, AS_OF)
        .token(at(0, 2), at(0, 2))
        .seq("a", 1)
        .seq("b", 2)
        .done()
        .isClean();
  }

  @Test
  void anExactStateIsTheCutThatItNames() {
    twoKeys()
        .read("r", 20, 21, AS_OF)
        .token(at(0, 2), at(0, 2))
        .exact()
        .cut(at(0, 2))
        .seq("a", 1)
        .seq("b", 1)
        .done()
        .isClean();
    twoKeys()
        .read("r", 20, 21, AS_OF)
        .token(at(0, 2), at(0, 2))
        .exact()
        .cut(at(0, 2))
        .seq("a", 1)
        .seq("b", 2)
        .done()
        .violates(Property.SNAPSHOT);
  }

  @Test
  void itIsNotOlderThanTheTokenAskedFor() {
    Report report =
        twoKeys()
            .read("r", 20, 21, AS_OF)
            .token(at(0, 3), Position.empty())
            .seq("a", 1)
            .done()
            .violates(Property.AS_OF);
    assertThat(report.examples(Property.AS_OF).get(0).what())
        .contains("asked for")
        .contains("a2 (l/a #2 → g) is missing");
  }

  @Test
  void itIsNotOlderThanTheTokenGivenBack() {
    twoKeys()
        .read("r", 20, 21, AS_OF)
        .token(Position.empty(), at(0, 3))
        .seq("a", 1)
        .done()
        .violates(Property.AS_OF);
  }

  @Test
  void theTokenOfAnAnswerNamesTheStateThatWasShown() {
    Position state = at(0, 2).merge(Position.of("changelog", 0, 7));
    Script same = twoKeys();
    same.read("r", 20, 21, AS_OF).token(at(0, 1), state).seq("a", 1).done();
    same.read("q", 30, 31, AS_OF).token(state, state).seq("a", 1).done().isClean();
    Script other = twoKeys();
    other.read("r", 20, 21, AS_OF).token(at(0, 1), state).seq("a", 1).done();
    Report report =
        other
            .read("q", 30, 31, AS_OF)
            .token(state, state)
            .seq("a", 2)
            .done()
            .violates(Property.AS_OF);
    assertThat(report.examples(Property.AS_OF).get(0).what()).contains("as of the same token");
  }

  @Test
  void aTokenOfManyRowsNamesNoSingleState() {
    Script script = twoKeys();
    script.read("r", 20, 21, AS_OF).token(at(0, 1), at(0, 2)).seq("a", 1).seq("b", 1).done();
    script
        .read("r", 30, 31, AS_OF)
        .token(at(0, 2), at(0, 4))
        .seq("a", 2)
        .seq("b", 2)
        .done()
        .isClean();
  }
}
