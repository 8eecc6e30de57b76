package io.tidemark.server;

import io.tidemark.log.Position;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Which events a shard's rows can reflect at most, by changelog offset. Thread-safe.
 *
 * <p>A tick's position is a lower bound: the rows may run ahead of it. Somebody who has seen such
 * rows and then reads another shard or another view of the same log must find there what they
 * already reflect, and the position does not say what that is. But no row reflects an event that
 * was not in its log yet: so where the logs ended <em>after</em> the rows had been visible is an
 * upper bound of what they reflect.
 */
final class UpperBounds {
  private static final int CAPACITY = 64;

  private record Bound(long changelogOffset, Position ends) {}

  private final ArrayDeque<Bound> bounds = new ArrayDeque<>();

  /**
   * Where the logs ended after everything below that changelog offset had been visible. Of several
   * for one offset the first is the closest.
   */
  synchronized void add(long changelogOffset, Position ends) {
    Bound last = bounds.peekLast();
    if (last != null && last.changelogOffset() >= changelogOffset) {
      return;
    }
    if (bounds.size() == CAPACITY) {
      bounds.removeFirst();
    }
    bounds.addLast(new Bound(changelogOffset, ends));
  }

  /**
   * A position above all that a reader of the state at that changelog offset can have seen; {@code
   * null} when nobody has looked since.
   */
  synchronized @Nullable Position of(long changelogOffset) {
    for (Bound bound : bounds) {
      if (bound.changelogOffset() >= changelogOffset) {
        return bound.ends();
      }
    }
    return null;
  }
}
