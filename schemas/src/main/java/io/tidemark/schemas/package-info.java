/**
 * Avro schemas, the Confluent wire format, and the schema registry.
 *
 * <p>{@link io.tidemark.schemas.SchemaRegistry} is all that the rest of Tidemark knows of a
 * registry; behind it stands Confluent's own client, so any server that speaks Confluent's REST API
 * will do. The records of the changelog protocol ({@code io.tidemark.schemas.control}) and of the
 * view catalog ({@code io.tidemark.schemas.catalog}) are generated from {@code src/main/avro} and
 * travel in Avro's single-object encoding.
 *
 * <p>{@code io.tidemark.schemas.registry} is a registry of our own for whoever runs none, and
 * {@code io.tidemark.schemas.json} turns Avro into JSON as people write it, and back.
 *
 * <p>This is the lowest layer, so what every layer needs lives here too: {@link
 * io.tidemark.schemas.TidemarkException} with its {@link io.tidemark.schemas.ErrorCode} and {@link
 * io.tidemark.schemas.Retry}, and {@code io.tidemark.schemas.clock}, by which clients of Kafka
 * outlive a time of day that is set back.
 */
@NullMarked
package io.tidemark.schemas;

import org.jspecify.annotations.NullMarked;
