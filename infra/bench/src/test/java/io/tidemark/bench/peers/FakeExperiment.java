package io.tidemark.bench.peers;

import java.util.ArrayList;
import java.util.List;

/** An experiment that a test puts together. */
final class FakeExperiment implements Experiment {
  private final List<Measure> measures;
  private final List<Case> cases = new ArrayList<>();
  private final List<Target> targets = new ArrayList<>();

  FakeExperiment(List<Measure> measures) {
    this.measures = measures;
  }

  FakeExperiment with(Case one) {
    cases.add(one);
    return this;
  }

  FakeExperiment with(Target target) {
    targets.add(target);
    return this;
  }

  @Override
  public String title() {
    return "fake";
  }

  @Override
  public String about() {
    return "Nothing.";
  }

  @Override
  public Peer base() {
    return Peer.STREAMS;
  }

  @Override
  public List<Measure> measures() {
    return measures;
  }

  @Override
  public List<Case> cases(Effort effort) {
    return cases;
  }

  @Override
  public List<Target> targets() {
    return targets;
  }
}
