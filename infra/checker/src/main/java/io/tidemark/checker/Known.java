package io.tidemark.checker;

import org.jspecify.annotations.Nullable;

/**
 * An event that is in its log, or may be, with what the history says about where and since when.
 *
 * @param place where it is; null when it has no known place, and then, unless acknowledged, it may
 *     not be in the log at all
 * @param ackNs when it was acknowledged; {@link Long#MAX_VALUE} when it never was
 */
record Known(Event event, Append append, @Nullable Place place, long ackNs) {
  /** One offset of one partition of a log. */
  record Place(String log, int partition, long offset) {}

  long startNs() {
    return append.call().startNs();
  }

  boolean acknowledged() {
    return ackNs != Long.MAX_VALUE;
  }
}
