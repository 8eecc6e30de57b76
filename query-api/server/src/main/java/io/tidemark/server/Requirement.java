package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import org.jspecify.annotations.Nullable;

/**
 * What a read demands of one shard.
 *
 * @param position what the shard must reflect at least
 * @param changelogOffset how much of its changelog the shard must have made visible at least: a
 *     tick's rows may run ahead of its position, so the position alone would not keep two reads
 *     from two replicas in order
 * @param exact whether the rows must reflect exactly the shard's position, whichever it is
 */
record Requirement(Position position, long changelogOffset, boolean exact) {
  /** Whatever is there. */
  static final Requirement NONE = new Requirement(Position.empty(), 0, false);

  /** That position at least. */
  static Requirement of(Position position) {
    return new Requirement(position, 0, false);
  }

  /**
   * What the token says about this shard; logs that the view does not read say nothing. A read of a
   * view that this one reads counts by the changelog offset that it saw.
   */
  static Requirement ofToken(ServedView view, Shard shard, @Nullable Token token) {
    return token == null ? NONE : ofPosition(view, shard, token.position());
  }

  /** The same of a position in the logs that the view reads. */
  static Requirement ofPosition(ServedView view, Shard shard, Position position) {
    return new Requirement(
        position.restrictedTo(view.known()::contains),
        position.offset(shard.changelog(), shard.number()),
        false);
  }

  /** Both of the two. */
  Requirement and(Requirement other) {
    return new Requirement(
        position.merge(other.position),
        Math.max(changelogOffset, other.changelogOffset),
        exact || other.exact);
  }

  /**
   * The same with no offset above the frontier's. For a shard that meets it: what is required above
   * its frontier holds no events.
   */
  Requirement upTo(Position frontier) {
    Position.Builder lowered = Position.builder();
    position.forEach(
        (log, partition, offset) ->
            lowered.advance(log, partition, Math.min(offset, frontier.offset(log, partition))));
    return new Requirement(lowered.build(), changelogOffset, exact);
  }

  /** The same of an exact cut. */
  Requirement exactly() {
    return new Requirement(position, changelogOffset, true);
  }

  /**
   * Whether a shard in that state is good enough.
   *
   * @param reflected the state's frontier, and beyond it what is known to hold no events
   */
  boolean isMetBy(ReplicaState state, Position reflected) {
    return state.nextOffset() >= changelogOffset
        && (!exact || state.exact())
        && reflected.covers(position);
  }
}
