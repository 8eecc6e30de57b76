package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.control.TokenBody;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.apache.avro.AvroRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * A position with the cluster that gave it out, as an opaque string. Every append and every read
 * gives one. Immutable.
 *
 * <p>A token names user logs and, for what a session has already seen, changelogs: both are Kafka
 * topics, and one currency serves them all.
 *
 * <p>The string is base64url, without padding, of a {@link TokenBody} in Avro's single-object
 * encoding, whose fingerprint tells the format's version, and a CRC32C of four bytes.
 */
public record Token(String clusterId, Position position) {
  private static final int CHECKSUM_BYTES = 4;

  /** A token of that cluster that everything satisfies. */
  public static Token empty(String clusterId) {
    return new Token(clusterId, Position.empty());
  }

  /**
   * The smallest token that is below neither of the two.
   *
   * @throws TidemarkException {@link ErrorCode#FOREIGN_TOKEN} when they are of two clusters
   */
  public Token merge(Token other) {
    other.requireCluster(clusterId);
    return new Token(clusterId, position.merge(other.position));
  }

  /** This token as an opaque string of characters that URLs and headers allow. */
  public String encode() {
    try {
      ByteBuffer body = new TokenBody(clusterId, position.toRecords()).toByteBuffer();
      ByteBuffer whole = ByteBuffer.allocate(body.remaining() + CHECKSUM_BYTES);
      whole.put(body.duplicate()).putInt(checksum(body));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a token that any cluster gave out.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_TOKEN} when it is garbled
   */
  public static Token parse(String text) {
    try {
      byte[] whole = Base64.getUrlDecoder().decode(text);
      int bodyBytes = whole.length - CHECKSUM_BYTES;
      if (bodyBytes < 0) {
        throw garbled("it is too short", null);
      }
      ByteBuffer body = ByteBuffer.wrap(whole, 0, bodyBytes);
      if (checksum(body.duplicate()) != ByteBuffer.wrap(whole).getInt(bodyBytes)) {
        throw garbled("its checksum is wrong", null);
      }
      TokenBody decoded = TokenBody.fromByteBuffer(body);
      return new Token(decoded.getClusterId(), Position.fromRecords(decoded.getPosition()));
    } catch (IllegalArgumentException | IOException | AvroRuntimeException e) {
      throw garbled(e.getMessage(), e);
    }
  }

  /**
   * Reads a token that this cluster gave out.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_TOKEN} when it is garbled, {@link
   *     ErrorCode#FOREIGN_TOKEN} when another cluster gave it out
   */
  public static Token parse(String text, String clusterId) {
    Token token = parse(text);
    token.requireCluster(clusterId);
    return token;
  }

  private void requireCluster(String expected) {
    if (!clusterId.equals(expected)) {
      throw new TidemarkException(
          ErrorCode.FOREIGN_TOKEN,
          "the token is of cluster " + clusterId + ", this is cluster " + expected);
    }
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static TidemarkException garbled(@Nullable String why, @Nullable Exception cause) {
    return new TidemarkException(
        ErrorCode.INVALID_TOKEN,
        "not a token: " + why + "; send a token exactly as an append or a read returned it",
        cause);
  }
}
