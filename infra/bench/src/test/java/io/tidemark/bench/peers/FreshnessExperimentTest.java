package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class FreshnessExperimentTest {
  private final Experiment freshness = new FreshnessExperiment(List.of(1_000), FreshnessPace.USUAL);
  private final Results results = new Results();

  @Test
  void mediansMayBeHalfAsLongAgainAndTailsMayNotBeLonger() {
    measured(Peer.STREAMS, 4_000, 20_000);
    measured(Peer.TIDEMARK, 6_000, 20_000);

    assertThat(verdicts()).containsExactly(Target.Verdict.MET, Target.Verdict.MET);
  }

  @Test
  void whatIsLongerIsMissed() {
    measured(Peer.STREAMS, 4_000, 20_000);
    measured(Peer.TIDEMARK, 6_100, 20_100);

    assertThat(verdicts()).containsExactly(Target.Verdict.MISSED, Target.Verdict.MISSED);
  }

  private void measured(Peer peer, long p50Micros, long p99Micros) {
    // Fine enough that no value is rounded up.
    Histogram micros = new Histogram(5);
    micros.recordValueWithCount(p50Micros, 90);
    micros.recordValueWithCount(p99Micros, 10);
    results.add("1k events/s", peer, FreshnessExperiment.figures(micros, 1_000));
  }

  private List<Target.Verdict> verdicts() {
    return freshness.targets().stream().map(target -> target.judge(results).verdict()).toList();
  }
}
