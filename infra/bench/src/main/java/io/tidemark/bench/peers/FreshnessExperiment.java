package io.tidemark.bench.peers;

import io.tidemark.bench.run.Better;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** How soon an append shows to a reader in another process, while others append. */
final class FreshnessExperiment implements Experiment {
  private static final Measure P50 = new Measure("p50 ms", Better.LOWER, "%,.1f");
  private static final Measure P99 = new Measure("p99 ms", Better.LOWER, "%,.1f");
  private static final Measure P999 = new Measure("p99.9 ms", Better.LOWER, "%,.1f");
  private static final Measure RATE =
      new Measure("events/s appended beside", Better.NEITHER, "%,.0f");

  private final List<Integer> rates;
  private final FreshnessPace pace;

  /**
   * Measured at these rates.
   *
   * @param rates events a second, multiples of 100
   */
  FreshnessExperiment(List<Integer> rates, FreshnessPace pace) {
    this.rates = List.copyOf(rates);
    this.pace = pace;
  }

  /** The figures of some tries. */
  static Map<Measure, Double> figures(Histogram micros, double rate) {
    return Map.of(
        P50, millis(micros, 50), P99, millis(micros, 99), P999, millis(micros, 99.9), RATE, rate);
  }

  private static double millis(Histogram micros, double percentile) {
    return micros.getValueAtPercentile(percentile) / 1_000.0;
  }

  private record RateCase(int perSecond, FreshnessPace pace) implements Case {
    static String title(int perSecond) {
      return Effort.count(perSecond) + " events/s";
    }

    @Override
    public String title() {
      return title(perSecond);
    }

    @Override
    public List<Peer> peers() {
      return List.of(Peer.TIDEMARK, Peer.STREAMS);
    }

    @Override
    public Trial prepare(Peer peer, Workplace place) throws Exception {
      return switch (peer) {
        case TIDEMARK -> FreshnessTrial.ofTidemark(place, perSecond, pace);
        case STREAMS -> FreshnessTrial.ofStreams(place, perSecond, pace);
        default -> throw new IllegalArgumentException(peer + " takes no part");
      };
    }
  }

  @Override
  public String title() {
    return "Freshness";
  }

  @Override
  public String about() {
    return """
        One event is appended to the broker with `acks=all`, and as soon as it is acknowledged, its row is read over HTTP, again
        and again, until it reflects the event; then, after a random part of 100 ms, the next. Times run from the acknowledgement
        to the answer, at the client, which is a process of its own; %,d tries a round, after %,d that do not count. Others are
        appended to the same log by the same client meanwhile. Both peers keep the same aggregate per key, and both are read
        the same way: Tidemark at `eventual`, Kafka Streams by interactive queries over the same Vert.x."""
        .formatted(pace.tries(), pace.warmup());
  }

  @Override
  public Peer base() {
    return Peer.STREAMS;
  }

  @Override
  public List<Measure> measures() {
    return List.of(P50, P99, P999, RATE);
  }

  @Override
  public List<Case> cases(Effort effort) {
    return rates.stream().<Case>map(rate -> new RateCase(rate, pace)).toList();
  }

  @Override
  public List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (int rate : rates) {
      String title = RateCase.title(rate);
      Stream.of(
              Target.ratioAtMost(
                  "p50 at most 1.5 times Kafka Streams'",
                  new Target.Side(title, Peer.TIDEMARK, P50),
                  new Target.Side(title, Peer.STREAMS, P50),
                  1.5),
              Target.ratioAtMost(
                  "p99 at most level with Kafka Streams'",
                  new Target.Side(title, Peer.TIDEMARK, P99),
                  new Target.Side(title, Peer.STREAMS, P99),
                  1))
          .forEach(targets::add);
    }
    return List.copyOf(targets);
  }
}
