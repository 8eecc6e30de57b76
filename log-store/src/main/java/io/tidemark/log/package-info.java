/**
 * The log over Kafka.
 *
 * <p>{@link io.tidemark.log.LogStore} creates and describes logs; its {@link
 * io.tidemark.log.LogAppender} appends and gives back a {@link io.tidemark.log.Token}; its {@link
 * io.tidemark.log.LogEnds} tells where the logs end, on request confirmed by more brokers than the
 * leaders that tell it ({@code ConfirmedEnds}). A token is a {@link io.tidemark.log.Position} with
 * its cluster: for each (log, partition) an offset, everything below it. Positions merge and
 * compare, and they are the one currency of consistency: whoever holds one can wait for any view to
 * reach it.
 *
 * <p>{@code changelog} is the protocol between a view's writer and its replicas, {@code catalog}
 * the list of views.
 */
@NullMarked
package io.tidemark.log;

import org.jspecify.annotations.NullMarked;
