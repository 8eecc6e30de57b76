package io.tidemark.bench.peers;

import java.time.Duration;
import java.util.List;

/**
 * How each kind of read is measured.
 *
 * @param connections in turn
 * @param first how long it is done before any of it counts, over the most of them
 * @param warmup how long before each time
 * @param counted how long each time
 * @param checked how many answers are looked at before each time, and behind it again
 */
record ReadPace(
    List<Integer> connections, Duration first, Duration warmup, Duration counted, int checked) {
  static final ReadPace USUAL =
      new ReadPace(
          List.of(1, 32, 256),
          Duration.ofSeconds(10),
          Duration.ofSeconds(3),
          Duration.ofSeconds(6),
          100);

  int mostConnections() {
    return connections.stream().mapToInt(Integer::intValue).max().orElseThrow();
  }
}
