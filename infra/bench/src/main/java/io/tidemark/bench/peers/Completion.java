package io.tidemark.bench.peers;

import io.tidemark.bench.run.Better;
import java.util.List;
import java.util.Map;

/**
 * When a view got where, from the moment at which it was asked for.
 *
 * @param firstNs until some of the events were seen to be reflected
 * @param reflectedFirst how many those were
 * @param completeNs until all were
 */
record Completion(long firstNs, long reflectedFirst, long completeNs) {
  static final Measure RATE = new Measure("events/s, from the start", Better.HIGHER, "%,.0f");
  static final Measure RUNNING =
      new Measure("events/s, from the first progress", Better.HIGHER, "%,.0f");
  static final Measure COMPLETE = new Measure("s until complete", Better.LOWER, "%,.2f");
  static final Measure FIRST = new Measure("s until the first progress", Better.LOWER, "%,.2f");

  static final List<Measure> MEASURES = List.of(RATE, RUNNING, COMPLETE, FIRST);

  Map<Measure, Double> figures(long events) {
    return Map.of(
        RATE, events * 1e9 / completeNs,
        // At least a poll's time, for a view whose first progress is its last.
        RUNNING, (events - reflectedFirst) * 1e9 / Math.max(1, completeNs - firstNs),
        COMPLETE, completeNs / 1e9,
        FIRST, firstNs / 1e9);
  }
}
