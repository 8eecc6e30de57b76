/**
 * The changelog protocol: what a view's writer appends and what every replica reads.
 *
 * <p>A view version has one changelog topic; its partition s carries shard s. A writer opens an
 * epoch with an {@link io.tidemark.schemas.control.EpochStart}; that record's offset is the epoch's
 * number, and all the writer's later records carry it. Readers drop records of any other epoch, so
 * the log itself fences a writer that has been superseded. Rows become visible together at the next
 * {@link io.tidemark.schemas.control.Progress}; a {@link
 * io.tidemark.schemas.control.CheckpointMark} names a state that a later epoch may go back to.
 *
 * <p>{@link io.tidemark.log.changelog.ChangelogCodec} turns all that into Kafka records and back,
 * {@link io.tidemark.log.changelog.EpochOrder} says which writer wins, {@link
 * io.tidemark.log.changelog.RowKey} encodes keys in their order, and {@link
 * io.tidemark.log.changelog.Shards} says where a key lives. {@link
 * io.tidemark.log.changelog.ShardFollower} is what every reader follows the records by: a node's
 * replica, and the job of a view over this view.
 */
@NullMarked
package io.tidemark.log.changelog;

import org.jspecify.annotations.NullMarked;
