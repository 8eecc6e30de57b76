/**
 * The engine that keeps one shard of a view on one node: a single writer, many readers, and steps
 * that become visible whole. It knows nothing of where rows come from.
 *
 * <p><b>The parts</b>, from the outside in:
 *
 * <ul>
 *   <li>{@link io.tidemark.store.ShardStore}: the store of one directory. {@link
 *       io.tidemark.store.Snapshot}: what a reader sees, one commit, for as long as it is open.
 *       {@link io.tidemark.store.Maintenance}: the thread that looks after any number of stores.
 *   <li>{@code RecordLog}: Chronicle Queue as the log of records, one cycle file per segment. A
 *       record is found again by its address, (segment, file offset), through our own read-only map
 *       of the segment. The log is what the store consists of; all else can be made from it.
 *   <li>{@code PointIndex}: a memory-mapped hash table from key to the address of its newest
 *       version, eight bytes a slot. The key itself is compared in the log.
 *   <li>{@code OrderedKeys}: the keys in their order, for scans: sorted, immutable runs in files,
 *       and a sorted map of those added lately. It may have keys that no longer have a row; readers
 *       look each one up.
 *   <li>{@code ShardWriter}: the state machine. Each call appends one record to the log and applies
 *       it to the indexes; recovery feeds it the same records again.
 *   <li>{@code Upkeep}: what goes on beside it: recent keys into runs, runs merged, segments
 *       compacted ({@code Compaction}), and the {@code Manifest} that says which files count and
 *       from where on the log has to be read after a crash.
 * </ul>
 *
 * <p><b>Versions.</b> Every row record carries the number of its step and the address of the key's
 * version before it. The point index always names the newest, committed or not; a reader of commit
 * n follows the versions back to the first that is not of a later step. So the writer changes the
 * index at once, a commit is one record, and a snapshot costs no more than a place in a list of
 * open ones ({@code Readers}). Commits are linked as well, with leaps, so that an earlier one is
 * found in logarithmic time.
 *
 * <p><b>Changes.</b> Row records also name the row record before them. So what has been written
 * between two commits is found by walking from the later one's last row record back to the earlier
 * one's ({@link io.tidemark.store.ChangeCursor}), whatever was written in a rollback included.
 *
 * <p><b>Undo.</b> A savepoint is the address of the last row record; going back to it walks that
 * way and writes each touched key's older value again, as a newer version. So history only grows,
 * and no reader ever sees it fork. A step that is aborted is walked over in the same way, but its
 * keys go back to the versions before.
 *
 * <p><b>Compaction</b> copies the newest versions out of segments that are mostly dead. Older
 * versions that a snapshot, a savepoint or the retention needs stay where they are, and so does the
 * segment until nobody can ask for them. A file is deleted when a manifest without it is in place,
 * the copies are on disk, and every snapshot that was open then has been closed.
 *
 * <p><b>What survives.</b> Nothing is forced to disk on the way: records and index pages live in
 * the page cache. A killed process therefore loses nothing that was committed. A machine that loses
 * power may: the next opening notices that the machine has been started anew since (and that nobody
 * had called {@link io.tidemark.store.ShardStore#sync} last), throws the indexes away, and rebuilds
 * them from the part of the log that is whole. That ends at some earlier commit, though never
 * before the last sync. The metadata of that commit says where the caller has to go on reading its
 * own source.
 *
 * <p><b>Integrity.</b> Every record has a checksum that covers its place, and is checked whenever
 * it is read; so has every block of keys. The point index keeps a sum of each page, which is
 * checked at the opening: a process that was killed between two of its stores looks like damage,
 * and costs a rebuild. {@link io.tidemark.store.ShardStore#verify} reads everything.
 */
@NullMarked
package io.tidemark.store;

import org.jspecify.annotations.NullMarked;
