package io.tidemark.log.changelog;

import io.tidemark.log.Position;
import io.tidemark.schemas.control.CheckpointMark;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.Progress;
import org.jspecify.annotations.Nullable;

/** One record of a changelog, decoded. */
public sealed interface ChangelogRecord {
  /** The epoch that the record belongs to; for an {@link Epoch} its own offset. */
  long epoch();

  /** A writer begins. */
  record Epoch(long epoch, EpochStart start, Position target) implements ChangelogRecord {}

  /**
   * The new row of a key, framed in the Confluent wire format, or {@code null} when the key is
   * deleted. The arrays are not copied: do not change them.
   */
  record Row(long epoch, byte[] key, byte @Nullable [] value) implements ChangelogRecord {}

  /** The rows before this record reflect at least that position. */
  record Reached(long epoch, Progress progress, Position position) implements ChangelogRecord {}

  /** The rows before this record are those of a checkpoint. */
  record Mark(long epoch, CheckpointMark mark) implements ChangelogRecord {}
}
