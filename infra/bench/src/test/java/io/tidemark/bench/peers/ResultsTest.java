package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bench.peers.Target.Side;
import io.tidemark.bench.peers.Target.Verdict;
import io.tidemark.bench.run.Better;
import io.tidemark.bench.run.Figure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arithmetic of the tables: medians, ratios, verdicts, and how they are shown. */
class ResultsTest {
  private static final Measure RATE = new Measure("events/s", Better.HIGHER, "%,.0f");
  private static final Measure TIME = new Measure("ms", Better.LOWER, "%,.1f");
  private static final Side OURS = new Side("one", Peer.TIDEMARK, RATE);
  private static final Side THEIRS = new Side("one", Peer.STREAMS, RATE);
  private static final Side OUR_TIME = new Side("one", Peer.TIDEMARK, TIME);
  private static final Side THEIR_TIME = new Side("one", Peer.STREAMS, TIME);

  private final Results results = new Results();
  private final FakeExperiment experiment =
      new FakeExperiment(List.of(RATE, TIME))
          .with(new FakeCase("one", Peer.TIDEMARK, Peer.STREAMS, Peer.REDIS));

  @Test
  void theFigureOfTheRoundsIsTheirMedianWithTheRange() {
    set(Peer.TIDEMARK, RATE, 30, 10, 20);

    assertThat(results.figure("one", Peer.TIDEMARK, RATE)).contains(new Figure(20, 10, 30));
    assertThat(results.figure("other", Peer.TIDEMARK, RATE)).isEmpty();
  }

  @Test
  void aPeerThatFailsInOneRoundHasNoFigure() {
    set(Peer.TIDEMARK, RATE, 30, 10);
    results.fail("one", Peer.TIDEMARK, "the sum was wrong");

    assertThat(results.figure("one", Peer.TIDEMARK, RATE)).isEmpty();
  }

  @Test
  void betterIsAboveOneWhetherLessOrMoreIsBetter() {
    set(Peer.TIDEMARK, RATE, 300);
    set(Peer.STREAMS, RATE, 200);
    set(Peer.TIDEMARK, TIME, 5);
    set(Peer.STREAMS, TIME, 20);

    assertThat(results.timesBetter("one", Peer.TIDEMARK, Peer.STREAMS, RATE)).hasValue(1.5);
    assertThat(results.timesBetter("one", Peer.TIDEMARK, Peer.STREAMS, TIME)).hasValue(4);
  }

  @Test
  void aTargetIsMetAtItsLimitAndMissedJustBelowHoweverItIsRounded() {
    set(Peer.STREAMS, RATE, 1_000);
    set(Peer.TIDEMARK, RATE, 1_499.999);

    assertThat(verdict(Target.timesBetter("t", OURS, THEIRS, 1.499_999))).isEqualTo(Verdict.MET);
    assertThat(verdict(Target.timesBetter("t", OURS, THEIRS, 1.5))).isEqualTo(Verdict.MISSED);
    assertThat(describe(Target.timesBetter("t", OURS, THEIRS, 1.5))).isEqualTo("**missed**, 1.50×");
  }

  @Test
  void everyRuleHasItsOwnDirection() {
    set(Peer.TIDEMARK, RATE, 90);
    set(Peer.STREAMS, RATE, 100);
    set(Peer.TIDEMARK, TIME, 30);
    set(Peer.STREAMS, TIME, 20);

    assertThat(verdict(Target.ratioAtLeast("t", OURS, THEIRS, 0.9))).isEqualTo(Verdict.MET);
    assertThat(verdict(Target.ratioAtLeast("t", OURS, THEIRS, 0.91))).isEqualTo(Verdict.MISSED);
    assertThat(verdict(Target.ratioAtMost("t", OUR_TIME, THEIR_TIME, 1.5))).isEqualTo(Verdict.MET);
    assertThat(verdict(Target.ratioAtMost("t", OUR_TIME, THEIR_TIME, 1.4)))
        .isEqualTo(Verdict.MISSED);
    assertThat(verdict(Target.atLeast("t", OURS, 90))).isEqualTo(Verdict.MET);
    assertThat(verdict(Target.atLeast("t", OURS, 91))).isEqualTo(Verdict.MISSED);
    assertThat(verdict(Target.atMost("t", OUR_TIME, 30))).isEqualTo(Verdict.MET);
    assertThat(describe(Target.atMost("t", OUR_TIME, 29))).isEqualTo("**missed**, 30.0");
  }

  @Test
  void aTargetWithoutBothFiguresIsNotMeasured() {
    set(Peer.TIDEMARK, RATE, 90);

    assertThat(verdict(Target.timesBetter("t", OURS, THEIRS, 1))).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(describe(Target.timesBetter("t", OURS, THEIRS, 1))).isEqualTo("not measured");
  }

  @Test
  void theReportShowsFiguresRatiosRangesVerdictsAndWhatIsMissing() {
    set(Peer.TIDEMARK, TIME, 10, 9, 11.5);
    set(Peer.STREAMS, TIME, 40);
    results.leaveOut("one", Peer.REDIS, Program.REDIS_SERVER.advice());
    FakeExperiment judged =
        experiment
            .with(new FakeCase("two", Peer.TIDEMARK))
            .with(Target.timesBetter("4 times as quick", OUR_TIME, THEIR_TIME, 4));
    results.fail("two", Peer.TIDEMARK, "it broke");

    String text =
        new Report(results, judged, "infra/bench/run peers", Effort.QUICK, "- Machine: this\n")
            .markdown();

    assertThat(text)
        .contains("| case | measure | Tidemark | Kafka Streams | Redis |")
        .contains("| one | ms | 10.0 (4.00×) | 40.0 | not measured |")
        .contains("| one | ms | 9.0 – 11.5 | 40.0 – 40.0 | not measured |")
        .contains("| two | events/s | failed | none | none |")
        .contains("| 4 times as quick | one | met, 4.00× |")
        .contains(
            "- one, Redis: not measured: redis-server is not installed"
                + " (apt-get install redis-server)")
        .contains("- two, Tidemark: it broke")
        .contains("- Machine: this")
        .doesNotContain("| one | events/s");
  }

  private void set(Peer peer, Measure measure, double... values) {
    for (double value : values) {
      results.add("one", peer, Map.of(measure, value));
    }
  }

  private Verdict verdict(Target target) {
    return target.judge(results).verdict();
  }

  private String describe(Target target) {
    return target.describe(target.judge(results));
  }
}
