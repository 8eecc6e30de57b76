/**
 * A schema registry in this process, for whoever runs none.
 *
 * <p>It serves Confluent's REST API and keeps its schemas as Confluent's own server does: as
 * records of the compacted topic {@code _schemas} ({@link
 * io.tidemark.schemas.registry.StoredRecord}), so that a real server can take over by being started
 * on the same topic.
 *
 * <p>The topic is the only truth. {@link io.tidemark.schemas.registry.TopicStore} tails it and
 * feeds every record to {@link io.tidemark.schemas.registry.RegistryState}, in the topic's order,
 * and nothing else ever changes that state. A write ({@link io.tidemark.schemas.registry.Registry})
 * reads the topic to its end, decides, appends, and answers only when it has read its own records
 * back. Decision and append happen inside a Kafka transaction whose id all instances on a topic
 * share: Kafka lets only the newest holder of that id commit, so two instances never decide on the
 * same state. {@link io.tidemark.schemas.registry.RegistryRoutes} is the HTTP on top.
 *
 * <p>Only Avro is understood. Records about other schema types are kept and served, not checked.
 * Contexts, rule sets and metadata are not supported.
 */
@NullMarked
package io.tidemark.schemas.registry;

import org.jspecify.annotations.NullMarked;
