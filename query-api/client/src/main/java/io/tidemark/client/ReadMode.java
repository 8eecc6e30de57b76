package io.tidemark.client;

import org.jspecify.annotations.Nullable;

/**
 * What a request says of the state that it wants to read.
 *
 * @param query begins with a question mark; other parameters may follow
 * @param token of the session; {@code null} when it is not to be sent
 */
record ReadMode(String query, @Nullable String token) {}
