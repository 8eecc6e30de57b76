package io.tidemark.bench.peers;

import io.tidemark.bench.events.Sales;
import java.util.ArrayList;
import java.util.List;

/** How quickly a view is computed from full logs. */
final class MaterializeExperiment implements Experiment {
  private static final int KEYS = 100_000;

  @Override
  public String title() {
    return "Materialization";
  }

  @Override
  public String about() {
    return """
        Logs of 4 partitions are filled with Avro events of 200 bytes, all of 100,000 keys; then a view of them is asked
        for. Time runs from that request, `CREATE MATERIALIZED VIEW` or `KafkaStreams.start()` in a process that is up,
        to the moment when every event is reflected:

        - Tidemark: a strong read of all shards answers. Afterward all rows are read, and must add up.
        - Kafka Streams: the rows of the store, read by an interactive query once enough events have come through, add up;
          with exactly-once also: all offsets are committed.

        Both processes have run for some seconds and both brokers have just taken the events, but neither has computed
        anything of them yet: compiling the query and warming up are part of it. A server of Tidemark that has no view
        plans two small ones when it starts, and forgets them, so that its planner is not new to it. "First progress" is
        when some of the events were seen to be reflected, asked for every 10 ms; the rate from there on is that of the
        events that were not reflected yet. Tidemark's state is on the heap, as is its default, and in its changelog;
        that of Kafka Streams in RocksDB and in its changelog. Kafka Streams commits as is its default, but for the join,
        where results would come 30 s late: there every 100 ms, as exactly-once does everywhere.
        """;
  }

  @Override
  public Peer base() {
    return Peer.STREAMS;
  }

  @Override
  public List<Measure> measures() {
    return Completion.MEASURES;
  }

  @Override
  public List<Case> cases(Effort effort) {
    List<Case> cases = new ArrayList<>();
    for (long size : effort.sizes()) {
      for (SalesWork.Kind kind : SalesWork.Kind.values()) {
        int keys = (int) Math.min(KEYS, Math.max(1, size / 10));
        SalesWork work = new SalesWork(kind, new Sales(size, keys));
        cases.add(new MaterializeCase(work, work.title() + ", " + Effort.count(size)));
      }
    }
    return cases;
  }

  @Override
  public List<Target> targets() {
    return MaterializeCase.targets(cases(Effort.FULL));
  }
}
