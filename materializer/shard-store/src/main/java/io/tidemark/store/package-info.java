/**
 * The engine that keeps one shard of a view on one node: a single writer, many readers, and steps
 * that become visible whole.
 *
 * <p>It knows nothing of where rows come from. Its parts, from the outside in:
 *
 * <ul>
 *   <li>{@link io.tidemark.store.ShardStore}: the store of one directory; everything that its
 *       writer may do.
 *   <li>{@link io.tidemark.store.Snapshot}: what a reader sees: the store as of one commit, for as
 *       long as it is open.
 *   <li>{@code ShardWriter}: the state machine. Each call appends one record to the log and then
 *       changes the step that is being built; recovery feeds it the same records again.
 *   <li>{@code RecordLog}: Chronicle Queue as the log of records, one cycle file per segment. A
 *       record is found again by its address, (segment, file offset), through our own read-only map
 *       of the segment.
 *   <li>{@code OrderedIndex}: LMDB, from key to the address of its newest version. One LMDB
 *       transaction is one step, so LMDB's own snapshots are the readers' snapshots. The watermark
 *       (which commit record of the log the index stands at, the caller's metadata, the savepoints)
 *       is written in the same transaction.
 *   <li>{@code PendingRows}: the step that is being built: a sorted batch in memory, spilled into
 *       an open LMDB transaction when it outgrows its bound.
 * </ul>
 *
 * <p><b>Undo.</b> Every row record carries two addresses: the key's version before it, and the row
 * record before it in the history that counts. A savepoint is therefore only the address of the
 * last row record; going back to it walks the history backward and puts each touched key back to
 * its previous version. What was undone, aborted or never committed stays in the log, but no
 * history leads through it.
 *
 * <p><b>What survives.</b> Nothing is forced to disk on the way: records and index pages live in
 * the page cache. A killed process therefore loses nothing that was committed. A machine that loses
 * power may: the next opening notices that the machine has been started anew since (and that nobody
 * had called {@link io.tidemark.store.ShardStore#sync} last), throws the index away, and rebuilds
 * it from the part of the log that is whole. That ends at some earlier commit, possibly the state
 * before the first one. The metadata of that commit says where the caller has to go on reading its
 * own source.
 */
@NullMarked
package io.tidemark.store;

import org.jspecify.annotations.NullMarked;
