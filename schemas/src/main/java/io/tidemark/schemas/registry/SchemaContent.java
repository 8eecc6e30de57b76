package io.tidemark.schemas.registry;

import java.util.List;

/**
 * What an id stands for: two equal contents share an id.
 *
 * @param type {@code AVRO}, or another that was registered by another server
 * @param schema the schema's canonical text, as Avro itself prints it
 */
record SchemaContent(String type, String schema, List<Reference> references) {
  static final String AVRO = "AVRO";

  /** A version of a subject that the schema uses under a name. */
  record Reference(String name, String subject, int version) {}
}
