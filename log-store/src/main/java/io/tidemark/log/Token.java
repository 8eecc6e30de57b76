package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.control.LogOffsets;
import io.tidemark.schemas.control.TokenBody;
import io.tidemark.schemas.control.TokenLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.message.MissingSchemaException;
import org.jspecify.annotations.Nullable;

/**
 * A position with the cluster that gave it out, as an opaque string. Every append and every read
 * gives one. Immutable.
 *
 * <p>A token names user logs and, for what a session has already seen, changelogs: both are Kafka
 * topics, and one currency serves them all. Of each log it says which one of that name it means. A
 * changelog's name is never used for another one, since the version of a view grows.
 *
 * <p>The string is base64url, without padding, of a {@link TokenBody} in Avro's single-object
 * encoding, whose fingerprint tells the format's version, and a CRC32C of four bytes.
 *
 * @param logIds of every log that the position names, and perhaps of others
 */
public record Token(String clusterId, Position position, LogIds logIds) {
  private static final int CHECKSUM_BYTES = 4;

  /**
   * A token.
   *
   * @throws IllegalArgumentException when the position names a log that has no id
   */
  public Token {
    position.forEach(
        (topic, partition, offset) -> {
          if (isLog(topic) && !logIds.contains(topic)) {
            throw new IllegalArgumentException("it does not say which log " + topic + " is meant");
          }
        });
  }

  /** A token of that cluster that everything satisfies. */
  public static Token empty(String clusterId) {
    return new Token(clusterId, Position.empty(), LogIds.NONE);
  }

  /**
   * The smallest token that is below neither of the two.
   *
   * @throws TidemarkException {@link ErrorCode#FOREIGN_TOKEN} when they are of two clusters, {@link
   *     ErrorCode#LOG_RECREATED} when a log was deleted and made anew between them
   */
  public Token merge(Token other) {
    other.requireCluster(clusterId);
    return new Token(clusterId, position.merge(other.position), logIds.merge(other.logIds));
  }

  /**
   * The smallest token that is below none of them. Takes a time that grows with what they name, and
   * not, as one {@link #merge(Token)} behind the other, with its square.
   *
   * @param tokens at least one
   * @throws TidemarkException as {@link #merge(Token)}
   */
  public static Token merge(List<Token> tokens) {
    String clusterId = tokens.get(0).clusterId;
    Position.Builder position = Position.builder();
    LogIds logIds = LogIds.NONE;
    for (Token token : tokens) {
      token.requireCluster(clusterId);
      position.advance(token.position);
      logIds = logIds.merge(token.logIds);
    }
    return new Token(clusterId, position.build(), logIds);
  }

  /** This token as an opaque string of characters that URLs and headers allow. */
  public String encode() {
    try {
      ByteBuffer body = toBody().toByteBuffer();
      ByteBuffer whole = ByteBuffer.allocate(body.remaining() + CHECKSUM_BYTES);
      whole.put(body.duplicate()).putInt(checksum(body));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TokenBody toBody() {
    Map<String, TokenLog> logs = new TreeMap<>();
    logIds.toMap().forEach((log, id) -> logs.put(log, new TokenLog(log, id, List.of())));
    List<LogOffsets> changelogs = new ArrayList<>();
    for (LogOffsets each : position.toRecords()) {
      TokenLog log = logs.get(each.getLog());
      if (log == null) {
        changelogs.add(each);
      } else {
        log.setOffsets(each.getOffsets());
      }
    }
    return new TokenBody(clusterId, List.copyOf(logs.values()), changelogs);
  }

  private static Token of(TokenBody body) {
    List<LogOffsets> offsets = new ArrayList<>(body.getChangelogs());
    Map<String, Long> ids = new TreeMap<>();
    for (TokenLog log : body.getLogs()) {
      offsets.add(new LogOffsets(log.getLog(), log.getOffsets()));
      ids.put(log.getLog(), log.getId());
    }
    return new Token(body.getClusterId(), Position.fromRecords(offsets), LogIds.of(ids));
  }

  /**
   * Reads a token that any cluster gave out.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_TOKEN} when it is garbled, or of another
   *     version of Tidemark whose tokens say something else
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
      return of(TokenBody.fromByteBuffer(body));
    } catch (MissingSchemaException e) {
      throw new TidemarkException(
          ErrorCode.INVALID_TOKEN,
          "the token is of another version of Tidemark, in a format that this one does not read;"
              + " begin a new session without it",
          e);
    } catch (IllegalArgumentException | IOException | AvroRuntimeException e) {
      throw garbled(e.getMessage(), e);
    }
  }

  /**
   * Reads a token that this cluster gave out.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_TOKEN} as {@link #parse(String)}, {@link
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

  /** Else it is a topic of Tidemark's own: no log can have such a name. */
  private static boolean isLog(String topic) {
    return !topic.startsWith("_");
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
