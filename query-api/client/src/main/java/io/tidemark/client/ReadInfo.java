package io.tidemark.client;

import io.tidemark.log.Position;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a read has achieved.
 *
 * @param level that was kept
 * @param epochConfirmed whether enough brokers had confirmed that the logs' ends, which a read at
 *     {@link ConsistencyLevel#STRONG} goes by, were told by leaders that still led
 * @param orderConfirmed whether the rows were made sure not to show an event without one that had
 *     been acknowledged before it began
 * @param token what the read has seen, for a session elsewhere
 * @param stalenessMs how many milliseconds old the rows are at most; empty when the node does not
 *     know
 * @param exact whether the rows are exactly the cut that the token names, and not newer
 * @param cut the position below which all events, and no others, are in the rows of a snapshot;
 *     empty for every other level
 * @param viewVersion of the view that was read
 * @param building whether the view is still being computed for the first time
 */
public record ReadInfo(
    String level,
    boolean epochConfirmed,
    boolean orderConfirmed,
    String token,
    OptionalLong stalenessMs,
    boolean exact,
    Optional<Position> cut,
    int viewVersion,
    boolean building) {}
