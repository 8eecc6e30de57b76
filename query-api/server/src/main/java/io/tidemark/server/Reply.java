package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP request gets back. The array is not copied.
 *
 * @param token for the header that carries the session on; {@code null} for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Reply(int status, String contentType, byte[] body, @Nullable String token) {
  /** A JSON reply. */
  static Reply json(int status, JsonNode body) {
    return new Reply(status, Json.CONTENT_TYPE, Json.bytes(body), null);
  }
}
