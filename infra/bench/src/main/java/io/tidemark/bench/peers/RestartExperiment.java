package io.tidemark.bench.peers;

import io.tidemark.bench.run.Better;
import java.util.ArrayList;
import java.util.List;

/** How soon a view can be read again after its process was killed. */
final class RestartExperiment implements Experiment {
  static final Measure USABLE =
      new Measure("s until eventual reads answer right", Better.LOWER, "%,.2f");
  static final Measure STRONG = new Measure("s until a strong read answers", Better.LOWER, "%,.2f");

  private static final double MOST_SECONDS = 2;
  private static final double TIMES = 10;

  @Override
  public String title() {
    return "Restart";
  }

  @Override
  public String about() {
    return """
        A view that counts sales per customer, with a row for each event; the state of Tidemark's job is in RocksDB, as is
        that of Kafka Streams. When it is complete, and what Kafka Streams has
        done is committed, the process is killed (SIGKILL) and started again, with its local state or after that was
        deleted. Time runs from the start of the new process, its JVM included, until a batch of 100 rows, spread over
        all of the view, is answered over HTTP with every row right; for Tidemark at `eventual`, and then until a batch at
        `strong` is answered, too. It is asked for every 5 ms, by one row until the last one is right.

        For Kafka Streams and the node alone the broker stays up. Tidemark's standalone server is killed as a whole, so
        that its time has that of the broker, Flink and the registry in it; its logs are not deleted in any case.
        All processes take their classes from an archive (CDS): Tidemark's from the one that its launcher makes, Kafka
        Streams' from one of all that it had loaded before it was killed.
        """;
  }

  @Override
  public Peer base() {
    return Peer.STREAMS;
  }

  @Override
  public List<Measure> measures() {
    return List.of(USABLE, STRONG);
  }

  @Override
  public List<Case> cases(Effort effort) {
    List<Case> cases = new ArrayList<>();
    for (long size : effort.sizes()) {
      cases.add(new RestartCase(size, true));
      cases.add(new RestartCase(size, false));
    }
    return cases;
  }

  @Override
  public List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    List<Long> sizes = Effort.FULL.sizes();
    long most = sizes.get(sizes.size() - 1);
    for (Peer peer : List.of(Peer.TIDEMARK, Peer.TIDEMARK_NODE)) {
      Target.Side kept = new Target.Side(new RestartCase(most, true).title(), peer, USABLE);
      Target.Side restored =
          new Target.Side(new RestartCase(most, false).title(), Peer.STREAMS, USABLE);
      targets.add(
          Target.timesBetter(
              peer.title() + " at least 10× as soon as Kafka Streams without local state",
              kept,
              restored,
              TIMES));
      targets.add(Target.atMost(peer.title() + " within 2 s", kept, MOST_SECONDS));
    }
    return targets;
  }
}
