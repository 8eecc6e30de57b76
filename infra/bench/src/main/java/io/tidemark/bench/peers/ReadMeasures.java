package io.tidemark.bench.peers;

import io.tidemark.bench.load.Load;
import io.tidemark.bench.run.Better;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The figures of reads over some connections. */
final class ReadMeasures {
  private ReadMeasures() {}

  static Measure rate(ReadKind kind, int connections) {
    return new Measure(title(kind, connections, "requests/s"), Better.HIGHER, "%,.0f");
  }

  private static Measure latency(ReadKind kind, int connections, String percentile) {
    return new Measure(title(kind, connections, percentile + " µs"), Better.LOWER, "%,.0f");
  }

  private static String title(ReadKind kind, int connections, String what) {
    return "%s, %s, %s".formatted(kind.title(), over(connections), what);
  }

  /** "32 connections". */
  static String over(int connections) {
    return connections + (connections == 1 ? " connection" : " connections");
  }

  static List<Measure> of(ReadKind kind, int connections) {
    return Stream.concat(
            Stream.of(rate(kind, connections)),
            Stream.of("p50", "p99", "p99.9").map(each -> latency(kind, connections, each)))
        .toList();
  }

  static Map<Measure, Double> of(ReadKind kind, int connections, Load load) {
    return Map.of(
        rate(kind, connections), load.perSecond(),
        latency(kind, connections, "p50"), load.p50Micros(),
        latency(kind, connections, "p99"), load.p99Micros(),
        latency(kind, connections, "p99.9"), load.p999Micros());
  }
}
