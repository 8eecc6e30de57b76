package io.tidemark.server;

import java.time.Duration;

/**
 * How a node streams changes of views.
 *
 * @param maxStreams how many streams may run at once; more are refused. Each takes a thread
 * @param bufferBytes how much of a stream may be on its way to a reader that has not taken it yet;
 *     one event that is larger passes alone
 * @param stallTimeout a reader that takes nothing for so long is cut off
 * @param heartbeat how long a stream may be silent
 * @param kept how long after it was superseded a progress can at least be gone on from, also over a
 *     restart of the node. The stores keep replaced rows for so long, on disk
 */
public record ChangesConfig(
    int maxStreams, int bufferBytes, Duration stallTimeout, Duration heartbeat, Duration kept) {
  /**
   * 100 streams, 256 KiB each, cut off after 10 s, a heartbeat every 15 s, five minutes to resume.
   */
  public static final ChangesConfig DEFAULT =
      new ChangesConfig(
          100, 256 << 10, Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofMinutes(5));

  /** Checks every value. */
  public ChangesConfig {
    require(maxStreams >= 1, "maxStreams must be at least 1, is " + maxStreams);
    require(bufferBytes >= 1, "bufferBytes must be at least 1, is " + bufferBytes);
    require(stallTimeout.toMillis() >= 1, "stallTimeout must be positive, is " + stallTimeout);
    require(heartbeat.toMillis() >= 1, "heartbeat must be positive, is " + heartbeat);
    require(!kept.isNegative(), "kept must not be negative, is " + kept);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
