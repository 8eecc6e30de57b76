package io.tidemark.log;

import io.tidemark.schemas.SchemaRegistry.RegisteredSchema;

/**
 * A log as it is.
 *
 * @param id as in {@link LogIds}
 * @param schema the newest schema registered for its events
 */
public record LogInfo(
    String name, long id, int partitions, int replication, RegisteredSchema schema) {}
