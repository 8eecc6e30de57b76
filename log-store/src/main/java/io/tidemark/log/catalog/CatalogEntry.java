package io.tidemark.log.catalog;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewRequest;
import io.tidemark.schemas.catalog.ViewStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * One record of the catalog's topic: the key is the kind and the name or id, the value is in Avro's
 * single-object encoding.
 */
sealed interface CatalogEntry {
  record Definition(ViewDefinition definition) implements CatalogEntry {}

  record Status(ViewStatus status) implements CatalogEntry {}

  record Request(ViewRequest request) implements CatalogEntry {}

  record Answer(ViewAnswer answer) implements CatalogEntry {}

  /** A request or an answer that nobody needs any more. */
  record Settled(String id) implements CatalogEntry {}

  /** A key and a value as they stand in Kafka. */
  record Encoded(String key, byte @Nullable [] value) {}

  String DEFINITION = "definition/";
  String STATUS = "status/";
  String REQUEST = "request/";
  String ANSWER = "answer/";

  static Encoded of(ViewDefinition definition) {
    return encoded(DEFINITION + definition.getView(), definition::toByteBuffer);
  }

  static Encoded of(ViewStatus status) {
    return encoded(STATUS + status.getView(), status::toByteBuffer);
  }

  static Encoded of(ViewRequest request) {
    return encoded(REQUEST + request.getId(), request::toByteBuffer);
  }

  static Encoded of(ViewAnswer answer) {
    return encoded(ANSWER + answer.getId(), answer::toByteBuffer);
  }

  static Encoded settledRequest(String id) {
    return new Encoded(REQUEST + id, null);
  }

  static Encoded settledAnswer(String id) {
    return new Encoded(ANSWER + id, null);
  }

  /**
   * Decodes a record.
   *
   * @throws TidemarkException {@link ErrorCode#INTERNAL} when a newer version wrote it
   */
  static CatalogEntry decode(Encoded encoded) {
    String key = encoded.key();
    if (encoded.value() == null) {
      return new Settled(key.substring(key.indexOf('/') + 1));
    }
    ByteBuffer value = ByteBuffer.wrap(encoded.value());
    try {
      if (key.startsWith(DEFINITION)) {
        return new Definition(ViewDefinition.fromByteBuffer(value));
      } else if (key.startsWith(STATUS)) {
        return new Status(ViewStatus.fromByteBuffer(value));
      } else if (key.startsWith(REQUEST)) {
        return new Request(ViewRequest.fromByteBuffer(value));
      } else if (key.startsWith(ANSWER)) {
        return new Answer(ViewAnswer.fromByteBuffer(value));
      }
    } catch (IOException | AvroRuntimeException e) {
      throw new TidemarkException(
          ErrorCode.INTERNAL, "undecodable view catalog entry " + key + ": " + e.getMessage(), e);
    }
    throw new TidemarkException(ErrorCode.INTERNAL, "unknown view catalog entry " + key);
  }

  /** A record's own encoder. */
  interface Encoding {
    ByteBuffer encode() throws IOException;
  }

  private static Encoded encoded(String key, Encoding encoding) {
    try {
      ByteBuffer buffer = encoding.encode();
      byte[] value = new byte[buffer.remaining()];
      buffer.get(value);
      return new Encoded(key, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
