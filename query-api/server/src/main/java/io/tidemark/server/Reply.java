package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP request gets back. The array is not copied.
 *
 * @param token for the header that carries the session on; {@code null} for none
 * @param stream writes the body bit by bit, instead of the array; {@code null} for no stream
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Reply(
    int status,
    String contentType,
    byte[] body,
    @Nullable CharSequence token,
    @Nullable Stream stream) {
  /** A body that takes long. Closed by itself when it has begun, else by whoever drops it. */
  interface Stream extends AutoCloseable {
    /** Called once, on the event loop of the response, which has its headers; must not block. */
    void begin(Context context, HttpServerResponse response);

    @Override
    void close();
  }

  Reply(int status, String contentType, byte[] body, @Nullable CharSequence token) {
    this(status, contentType, body, token, null);
  }

  /** A reply without an end. */
  static Reply stream(String contentType, Stream stream) {
    return new Reply(200, contentType, new byte[0], null, stream);
  }

  /** A JSON reply. */
  static Reply json(int status, JsonNode body) {
    return new Reply(status, Json.CONTENT_TYPE, Json.bytes(body), null);
  }
}
