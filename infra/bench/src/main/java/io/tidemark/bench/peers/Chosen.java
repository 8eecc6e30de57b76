package io.tidemark.bench.peers;

import java.util.List;
import java.util.Locale;

/**
 * A part of an experiment.
 *
 * @param cases a part of the titles of the cases that are wanted; empty for all
 */
record Chosen(Experiment whole, List<Peer> peers, String cases) implements Experiment {
  @Override
  public String title() {
    return whole.title();
  }

  @Override
  public String about() {
    return whole.about();
  }

  @Override
  public Peer base() {
    return whole.base();
  }

  @Override
  public List<Measure> measures() {
    return whole.measures();
  }

  @Override
  public List<Case> cases(Effort effort) {
    return whole.cases(effort).stream()
        .filter(
            one -> one.title().toLowerCase(Locale.ROOT).contains(cases.toLowerCase(Locale.ROOT)))
        .<Case>map(one -> new Part(one, one.peers().stream().filter(peers::contains).toList()))
        .toList();
  }

  @Override
  public List<Target> targets() {
    return whole.targets();
  }

  @Override
  public String remarks(Results results) {
    return whole.remarks(results);
  }

  @Override
  public List<Program> programs() {
    return whole.programs();
  }

  private record Part(Case whole, List<Peer> peers) implements Case {
    @Override
    public String title() {
      return whole.title();
    }

    @Override
    public boolean staysReady() {
      return whole.staysReady();
    }

    @Override
    public Trial prepare(Peer peer, Workplace place) throws Exception {
      return whole.prepare(peer, place);
    }
  }
}
