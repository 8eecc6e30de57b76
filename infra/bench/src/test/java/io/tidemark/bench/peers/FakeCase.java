package io.tidemark.bench.peers;

import io.tidemark.bench.run.Better;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A case that writes down what is done, and fails where a test wants it to. */
final class FakeCase implements Case {
  static final Measure TURN = new Measure("turn", Better.NEITHER, "%.0f");

  final List<String> done = new ArrayList<>();
  private final String title;
  private final List<Peer> peers;
  private boolean ready;
  private String failing = "";

  FakeCase(String title, Peer... peers) {
    this.title = title;
    this.peers = List.of(peers);
  }

  FakeCase staying() {
    ready = true;
    return this;
  }

  /** The step that fails, as it is written down. */
  FakeCase failingAt(String step) {
    failing = step;
    return this;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public List<Peer> peers() {
    return peers;
  }

  @Override
  public boolean staysReady() {
    return ready;
  }

  @Override
  public Trial prepare(Peer peer, Workplace place) throws Exception {
    Files.createFile(place.directory().resolve("data"));
    step("prepare " + peer);
    return new Trial() {
      @Override
      public Map<Measure, Double> measure() {
        step("measure " + peer);
        return Map.of(TURN, (double) done.size());
      }

      @Override
      public void close() {
        step("close " + peer);
      }
    };
  }

  private void step(String step) {
    done.add(step);
    if (step.equals(failing)) {
      throw new IllegalStateException("not today\nnor tomorrow");
    }
  }
}
