package io.tidemark.client;

import java.util.List;
import java.util.Optional;

/**
 * The reply to a read of many rows.
 *
 * @param rows of a batch in the order of its keys, of a scan in the order of the rows' keys
 * @param cursor where the next page of a scan begins; empty at the end
 */
public record RowsResult(List<Row> rows, Optional<String> cursor, ReadInfo read) {}
