package io.tidemark.client;

/**
 * An event to append.
 *
 * @param key decides the partition; events of one key keep their order
 * @param value what fits the log's schema: a {@code Map}, a Jackson {@code JsonNode}, or an object
 *     that Jackson can write
 */
public record Event(String key, Object value) {}
