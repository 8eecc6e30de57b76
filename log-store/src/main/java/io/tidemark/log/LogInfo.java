package io.tidemark.log;

import io.tidemark.schemas.SchemaRegistry.RegisteredSchema;

/**
 * A log as it is.
 *
 * @param schema the newest schema registered for its events
 */
public record LogInfo(String name, int partitions, int replication, RegisteredSchema schema) {}
