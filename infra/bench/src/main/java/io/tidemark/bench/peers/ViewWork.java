package io.tidemark.bench.peers;

import io.tidemark.bench.events.LogFill;
import io.tidemark.bench.streams.WorkTopology;
import io.tidemark.client.TidemarkClient;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** A view to be computed from full logs, and all that the peers need for it. */
interface ViewWork {
  /** Partitions of every log. */
  int PARTITIONS = 4;

  /**
   * What all rows of the complete view add up to.
   *
   * @param sums by the name of the column
   */
  record Totals(long rows, Map<String, Long> sums) {}

  /** For the table. */
  String title();

  /** Creates the logs, and fills them. */
  void fill(TidemarkClient client, LogFill logs) throws IOException, InterruptedException;

  /** How many events are in the logs. */
  long events();

  /** How many of them come to the aggregate of the topology. */
  long toAggregate();

  /** The query: what stands behind {@code AS}. */
  String sql();

  /**
   * The view's declared key, as {@code (PRIMARY KEY (a, b))}; empty when the query's own will do.
   */
  default String key() {
    return "";
  }

  /** The same as a topology; empty when there is none. */
  Optional<WorkTopology> topology();

  /** What the view must add up to. */
  Totals expected();
}
