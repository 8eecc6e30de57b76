package io.tidemark.bench.peers;

import io.tidemark.bench.events.Nexmark;
import java.util.List;

/** Nexmark's queries as views over full logs. */
final class NexmarkExperiment implements Experiment {
  private static final long SEED = 17;

  @Override
  public String title() {
    return "Nexmark";
  }

  @Override
  public String about() {
    return """
        The queries q0 to q8 of Nexmark, over logs of persons, auctions and bids, of each 50 events 1, 3 and 46; only the
        logs that a query reads are filled, and only their events are counted. Measured as the materialization above, and
        checked against the same query in plain Java.

        A view is a keyed result that is right at any time, not a stream of results, which makes a difference to the
        definition in these places. q0 to q2 are keyed by the bid's place in its log. The windows of q5, q7 and q8 are
        columns, computed from the events' own times; their rows are there as soon as there are events, and are never
        closed. q5 and q7 are Top-Ns: of auctions or bids that are the highest of a window together, the first is shown.
        Usually they are written as joins with the highest. With an equation such a join is refused as a view, as the planner
        knows no key by which its rows are updated. With "at least", as q5 is written elsewhere, it gives right rows, all
        that are the highest, but each new highest has all auctions of its window looked at. q4 and q6 take auctions into
        account whether they have ended or not. q6, which Flink's own suite leaves out, is a Top-N of a seller's auctions.

        Kafka Streams takes part in q0 to q3 and q8. q4 to q7 relate each bid to the other bids of its auction or window, so
        that earlier results are taken back; its DSL has no one natural way to say that, and there is no other peer.
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

  /** Only the smallest size: there are enough queries. */
  @Override
  public List<Case> cases(Effort effort) {
    long events = effort.sizes().get(0);
    return List.of(NexmarkQuery.values()).stream()
        .<Case>map(
            query ->
                new MaterializeCase(
                    new NexmarkWork(query, new Nexmark(events, SEED)),
                    query.title() + ", " + Effort.count(events)))
        .toList();
  }

  @Override
  public List<Target> targets() {
    return MaterializeCase.targets(cases(Effort.FULL));
  }
}
