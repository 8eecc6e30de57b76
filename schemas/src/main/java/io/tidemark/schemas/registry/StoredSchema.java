package io.tidemark.schemas.registry;

/**
 * One version of a subject.
 *
 * @param deleted softly deleted: hidden, but its id still resolves
 */
record StoredSchema(String subject, int version, int id, SchemaContent content, boolean deleted) {
  StoredSchema withDeleted() {
    return new StoredSchema(subject, version, id, content, true);
  }
}
