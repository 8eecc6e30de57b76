package io.tidemark.checker;

import static io.tidemark.checker.Level.EVENTUAL;
import static io.tidemark.checker.Script.at;
import static io.tidemark.checker.Script.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepCheckTest {
  /** Counts each event for its key and for its group: one event changes two rows. */
  private record BothWays(String view, Step step) implements ViewModel {
    @Override
    public List<String> rowKeys(Event event) {
      return List.of(event.key(), "of " + event.group());
    }

    @Override
    public long[] contribution(Event event) {
      return new long[] {1};
    }

    @Override
    public long[] combine(long[] a, long[] b) {
      return new long[] {a[0] + b[0]};
    }
  }

  private static Script both(ViewModel.Step step) {
    return new Script()
        .model(new BothWays("both", step))
        .ok("w", 1, 2, event("a", 1), 0, 0)
        .ok("w", 3, 4, event("a", 2), 0, 1);
  }

  @Test
  void halfAnEvent() {
    Report report =
        both(ViewModel.Step.EVENT)
            .read("r", 10, 11, EVENTUAL)
            .row("both", "a", 2)
            .row("both", "of g", 1)
            .done()
            .violates(Property.STEP);
    assertThat(report.examples(Property.STEP).get(0).what()).contains("half a step").contains("a2");
  }

  @Test
  void theOtherHalf() {
    both(ViewModel.Step.EVENT)
        .read("r", 10, 11, EVENTUAL)
        .row("both", "a")
        .row("both", "of g", 1)
        .done()
        .violates(Property.STEP);
  }

  @Test
  void wholeEvents() {
    both(ViewModel.Step.EVENT)
        .read("r", 10, 11, EVENTUAL)
        .row("both", "a", 1)
        .row("both", "of g", 1)
        .done()
        .isClean();
  }

  @Test
  void whereNothingIsPromisedHalvesAreFine() {
    both(ViewModel.Step.CUT)
        .read("r", 10, 11, EVENTUAL)
        .row("both", "a", 2)
        .row("both", "of g", 1)
        .done()
        .isClean();
  }

  @Test
  void halfAnAppend() {
    Script script =
        new Script()
            .model(AggregateModel.sequence("seq", "l").with(ViewModel.Step.APPEND))
            .together("w", 1, 2, at(0, 1).merge(at(1, 1)), event("a", 1), event("b", 1))
            .logged(event("a", 1), 0, 0)
            .logged(event("b", 1), 1, 0)
            .scanned();
    script.read("r", 10, 11, EVENTUAL).seq("a", 1).seq("b", 1).done();
    script.read("r", 10, 11, EVENTUAL).seq("a", 0).seq("b", 0).done();
    script.isClean();
    script.read("r", 10, 11, EVENTUAL).seq("a", 1).seq("b", 0).done().violates(Property.STEP);
  }

  @Test
  void rowsThatShouldBeEqualAreNot() {
    Script script = new Script();
    script.invariants.add(LinearInvariant.equal("pairs", "x", "y", 0));
    script.read("r", 1, 2, EVENTUAL).row("pairs", "x", 3).row("pairs", "y", 3).done();
    script.read("r", 3, 4, EVENTUAL).row("pairs", "x", 4).done();
    script.isClean();
    script
        .read("r", 5, 6, EVENTUAL)
        .row("pairs", "x", 4)
        .row("pairs", "y", 3)
        .done()
        .violates(Property.STEP);
  }

  @Test
  void whatLeavesOneRowMustArriveInAnother() {
    Script script = new Script();
    script.invariants.add(new LinearInvariant("accounts", Map.of("x", 1L, "y", 1L, "z", 1L), 0, 0));
    script
        .read("r", 1, 2, EVENTUAL)
        .row("accounts", "x", -5)
        .row("accounts", "y", 5)
        .complete("accounts")
        .done()
        .isClean();
    script
        .read("r", 3, 4, EVENTUAL)
        .row("accounts", "x", -5)
        .complete("accounts")
        .done()
        .violates(Property.STEP);
  }
}
