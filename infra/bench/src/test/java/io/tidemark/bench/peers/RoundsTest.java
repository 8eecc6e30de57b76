package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is measured when, and what becomes of failures. */
class RoundsTest {
  private static final Effort TWO_ROUNDS = new Effort(List.of(10L), 2);

  @TempDir Path directory;

  private final StringWriter said = new StringWriter();
  private Rounds.Rest rest = () -> true;

  @Test
  void thePeersTakeTurnsRoundByRoundAndOneIsUpAtATime() throws Exception {
    FakeCase one = new FakeCase("one", Peer.TIDEMARK, Peer.STREAMS);

    Results results = run(one);

    assertThat(one.done)
        .containsExactly(
            "prepare TIDEMARK",
            "measure TIDEMARK",
            "close TIDEMARK",
            "prepare STREAMS",
            "measure STREAMS",
            "close STREAMS",
            "prepare TIDEMARK",
            "measure TIDEMARK",
            "close TIDEMARK",
            "prepare STREAMS",
            "measure STREAMS",
            "close STREAMS");
    assertThat(results.failures()).isEmpty();
    assertNothingLeft();
  }

  @Test
  void peersThatStayReadyAreMeasuredInTurnAllTheSame() throws Exception {
    FakeCase one = new FakeCase("one", Peer.TIDEMARK, Peer.STREAMS).staying();

    run(one);

    assertThat(one.done)
        .containsExactly(
            "prepare TIDEMARK",
            "prepare STREAMS",
            "measure TIDEMARK",
            "measure STREAMS",
            "measure TIDEMARK",
            "measure STREAMS",
            "close TIDEMARK",
            "close STREAMS");
    assertNothingLeft();
  }

  @Test
  void whatFailsIsNotedAndClosedAndNotTriedAgainWhileTheRestGoesOn() throws Exception {
    FakeCase one = new FakeCase("one", Peer.TIDEMARK, Peer.STREAMS).failingAt("measure TIDEMARK");

    FakeExperiment experiment = new FakeExperiment(List.of(FakeCase.TURN)).with(one);
    Results results = run(experiment);

    assertThat(one.done).containsOnlyOnce("measure TIDEMARK", "close TIDEMARK");
    assertThat(one.done).filteredOn("measure STREAMS"::equals).hasSize(2);
    assertThat(results.failures()).hasSize(1);
    assertThat(results.failures().get(0).reason()).isEqualTo("IllegalStateException: not today");
    assertThat(results.figure("one", Peer.STREAMS, FakeCase.TURN)).isPresent();
    assertNothingLeft();
  }

  @Test
  void aPeerThatCannotBePreparedIsNotMeasured() throws Exception {
    FakeCase one =
        new FakeCase("one", Peer.TIDEMARK, Peer.STREAMS).staying().failingAt("prepare STREAMS");

    Results results = run(one);

    assertThat(one.done).doesNotContain("measure STREAMS").contains("close TIDEMARK");
    assertThat(results.failures()).hasSize(1);
    assertNothingLeft();
  }

  @Test
  void restIsAwaitedBeforeEachMeasurementAndItsLackIsTold() throws Exception {
    FakeCase one = new FakeCase("one", Peer.TIDEMARK).staying();
    rest =
        () -> {
          one.done.add("rest");
          return false;
        };

    run(one);

    assertThat(one.done)
        .containsExactly(
            "prepare TIDEMARK",
            "rest",
            "measure TIDEMARK",
            "rest",
            "measure TIDEMARK",
            "close TIDEMARK");
    assertThat(said.toString()).contains("do not come to rest");
  }

  private Results run(FakeCase one) throws InterruptedException {
    return run(new FakeExperiment(List.of(FakeCase.TURN)).with(one));
  }

  private Results run(FakeExperiment experiment) throws InterruptedException {
    return new Rounds(TWO_ROUNDS, directory, directory, null, rest, new PrintWriter(said))
        .measure(experiment);
  }

  private void assertNothingLeft() throws Exception {
    try (var left = Files.list(directory)) {
      assertThat(left).as(said.toString()).isEmpty();
    }
  }
}
