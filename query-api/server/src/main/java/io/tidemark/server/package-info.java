/**
 * The node: replicas of the views' shards, the consistency of reads, HTTP.
 *
 * <p>A {@code Tailer} reads changelogs and feeds them to a {@code Replica}, the state machine that
 * decides what becomes visible in its shard store, and when. What is visible it publishes to the
 * {@code Shard}, where readers find it and where they wait. A request becomes {@code Selection}s of
 * rows; the {@code Reader} waits until its level can be kept, reads and replies. {@code Promises}
 * turns a level and a token into what a shard must have reached, {@code Waits} waits for that, and
 * a {@code Cut} holds many shards at one position. What all reads of a state are told alike, its
 * {@code Told} keeps, and a {@code RowReply} joins replies of it. {@code Views} follows the view
 * catalog: it opens the shards of new views and deletes those of dropped ones. {@code ChangesApi}
 * finds the state that a stream of changes begins at, and a {@code ChangeStream} tells what becomes
 * different from it, from one {@code HeldView} to the next; an {@code EventSink} bounds what its
 * reader is behind with. Around that lies HTTP: {@code HttpApi} finds the {@code Route} of a
 * request, and {@code RowsApi}, {@code ViewsApi}, {@code LogsApi} and {@code NodeApi} answer it.
 * Whatever goes wrong becomes a {@code Problem}.
 *
 * <p>{@link io.tidemark.server.Node} puts it together and is all that the outside sees.
 */
@NullMarked
package io.tidemark.server;

import org.jspecify.annotations.NullMarked;
