package io.tidemark.client;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reply to a read of one row.
 *
 * @param row all columns; empty when there is no such row
 */
public record RowResult(Optional<Map<String, @Nullable Object>> row, ReadInfo read) {}
