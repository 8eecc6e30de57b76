package io.tidemark.bench.peers;

import java.util.List;
import java.util.Locale;

/** All experiments, in the order in which they are run and reported. */
enum Experiments {
  MATERIALIZE(new MaterializeExperiment()),
  NEXMARK(new NexmarkExperiment()),
  RESTART(new RestartExperiment()),
  READS(new ReadsExperiment(ReadPace.USUAL)),
  FRESHNESS(new FreshnessExperiment(List.of(1_000, 10_000, 20_000), FreshnessPace.USUAL)),
  SCALE(new ScaleExperiment());

  private final Experiment experiment;

  Experiments(Experiment experiment) {
    this.experiment = experiment;
  }

  Experiment experiment() {
    return experiment;
  }

  /** As in the command. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
