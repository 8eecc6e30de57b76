package io.tidemark.client;

import java.util.List;
import java.util.Optional;

/**
 * Some changes of a view; see {@link ChangeFeed}.
 *
 * @param reset whether all rows that the reader has are void: all that there are follow, up to the
 *     next progress
 * @param rows the keys that have another row now, or none: then it is empty. At most 1,000, in no
 *     order
 * @param progress what the reader's rows reflect now; empty while the step goes on in the next
 *     batch. Its token is where another feed goes on
 */
public record ChangeBatch(boolean reset, List<Row> rows, Optional<ReadInfo> progress) {}
