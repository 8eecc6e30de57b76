package io.tidemark.server;

import io.tidemark.log.Position;

/**
 * What a read demands of one shard.
 *
 * @param position what the shard must reflect at least
 * @param changelogOffset how much of its changelog the shard must have made visible at least: a
 *     tick's rows may run ahead of its position, so the position alone would not keep two reads
 *     from two replicas in order
 */
record Requirement(Position position, long changelogOffset) {
  /** Whatever is there. */
  static final Requirement NONE = new Requirement(Position.empty(), 0);

  /** Both of the two. */
  Requirement and(Requirement other) {
    return new Requirement(
        position.merge(other.position), Math.max(changelogOffset, other.changelogOffset));
  }
}
