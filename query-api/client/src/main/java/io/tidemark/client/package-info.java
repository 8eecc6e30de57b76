/**
 * The Java client: appends, reads at a chosen consistency, and carries a session along.
 *
 * <p>{@link io.tidemark.client.TidemarkClient} speaks HTTP, version 1, over the JDK's own client.
 * Every append and every read gives a token; the client merges them into its session, so that a
 * later read at {@link io.tidemark.client.ConsistencyLevel#SESSION} sees all of it. Errors are
 * {@link io.tidemark.schemas.TidemarkException}s with the code that the node gave.
 */
@NullMarked
package io.tidemark.client;

import org.jspecify.annotations.NullMarked;
