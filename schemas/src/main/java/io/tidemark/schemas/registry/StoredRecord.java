package io.tidemark.schemas.registry;

import org.jspecify.annotations.Nullable;

/**
 * A record of the {@code _schemas} topic. A later record of the same key replaces the earlier one;
 * a null value removes it.
 */
sealed interface StoredRecord {

  /** A version of a subject; null when it was deleted permanently. */
  record SchemaRecord(String subject, int version, @Nullable StoredSchema schema)
      implements StoredRecord {}

  /** The compatibility level of a subject, or of all when the subject is null. */
  record ConfigRecord(@Nullable String subject, @Nullable CompatibilityLevel level)
      implements StoredRecord {}

  /** The mode of a subject, or of all when the subject is null. */
  record ModeRecord(@Nullable String subject, @Nullable Mode mode) implements StoredRecord {}

  /** Every version of the subject up to this one is softly deleted. */
  record DeleteSubjectRecord(String subject, int upToVersion) implements StoredRecord {}

  /** The deleted versions of a subject, or of all when it is null, are forgotten. */
  record ClearSubjectRecord(@Nullable String subject) implements StoredRecord {}

  /** A record that says nothing to us. */
  record IgnoredRecord() implements StoredRecord {}
}
