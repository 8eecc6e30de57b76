package io.tidemark.bench.peers;

import io.tidemark.bench.run.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A view that is computed from full logs, once in each round. */
record MaterializeCase(ViewWork work, String title) implements Case {
  /** What is to be reached in each case that Kafka Streams takes part in. */
  static List<Target> targets(List<Case> cases) {
    List<Target> targets = new ArrayList<>();
    for (Case one : cases) {
      if (one.peers().contains(Peer.STREAMS)) {
        targets.add(
            target("at least 1.5× Kafka Streams, exactly once", one, Peer.STREAMS_EOS, 1.5));
        targets.add(target("at least 1× Kafka Streams", one, Peer.STREAMS, 1));
      }
    }
    return targets;
  }

  private static Target target(String title, Case one, Peer against, double limit) {
    return Target.timesBetter(
        "events/s, from the start: " + title,
        new Target.Side(one.title(), Peer.TIDEMARK, Completion.RATE),
        new Target.Side(one.title(), against, Completion.RATE),
        limit);
  }

  @Override
  public List<Peer> peers() {
    return work.topology().isPresent()
        ? List.of(Peer.TIDEMARK, Peer.STREAMS, Peer.STREAMS_EOS)
        : List.of(Peer.TIDEMARK);
  }

  @Override
  public Trial prepare(Peer peer, Workplace place) throws Exception {
    boolean ours = peer == Peer.TIDEMARK;
    ServerProcess server =
        TidemarkView.startFilled(work, place, ours ? place.jvmOptions() : List.of());
    if (ours) {
      return new OnTidemark(server, work);
    }
    try {
      return new OnStreams(
          server, work, StreamsView.start(server, work, place, peer == Peer.STREAMS_EOS));
    } catch (Exception e) {
      server.close();
      throw e;
    }
  }

  private record OnTidemark(ServerProcess server, ViewWork work) implements Trial {
    @Override
    public Map<Measure, Double> measure() throws Exception {
      TidemarkView view = TidemarkView.on(server, work, TidemarkView.VIEW);
      Completion completion = view.materialize();
      view.verify();
      return completion.figures(work.events());
    }

    @Override
    public void close() {
      server.close();
    }
  }

  private record OnStreams(ServerProcess server, ViewWork work, StreamsView view) implements Trial {
    @Override
    public Map<Measure, Double> measure() throws Exception {
      return view.materialize().figures(work.events());
    }

    @Override
    public void close() {
      view.close();
      server.close();
    }
  }
}
