package io.tidemark.schemas.registry;

/** What may be done to a subject. */
enum Mode {
  /** Everything but choosing ids. */
  READWRITE,
  /** Nothing but reading. */
  READONLY,
  /** Schemas are registered with the id and version that they had elsewhere, unchecked. */
  IMPORT
}
