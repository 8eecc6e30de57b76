/**
 * Kafka Streams as a peer: the same work as a topology, in a process of its own, with interactive
 * queries over HTTP.
 *
 * <ul>
 *   <li>{@link io.tidemark.bench.streams.StreamsProcess}: starts the process, and asks it.
 *   <li>{@code StreamsApp}: what runs in it. {@code WorkTopology}: the topologies. {@code
 *       EventSerde}, {@code RowSerde}: Avro.
 *   <li>{@code LocalStores}, {@code StreamsHttp}: interactive queries, and their HTTP.
 * </ul>
 */
@NullMarked
package io.tidemark.bench.streams;

import org.jspecify.annotations.NullMarked;
