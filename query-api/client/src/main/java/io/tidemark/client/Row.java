package io.tidemark.client;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key and its row.
 *
 * @param key the key columns in their order
 * @param row all columns, in the order of the view; empty when there is no such row
 */
public record Row(Map<String, @Nullable Object> key, Optional<Map<String, @Nullable Object>> row) {}
