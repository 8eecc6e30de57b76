package io.tidemark.server;

import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tokens that requests bring along, and remembers some: a session brings the same one
 * until it has seen something new. What is remembered never changes, since it is a function of the
 * text; one takes the place of another. Thread-safe.
 */
final class Tokens {
  private static final int PLACES = 256;

  /** Longer ones are read each time, so that all together stay small. */
  private static final int MOST_CHARS = 2_048;

  private final AtomicReferenceArray<@Nullable Known> known = new AtomicReferenceArray<>(PLACES);

  private record Known(String text, Token token) {}

  /**
   * Reads a token that this cluster gave out. Of one text it gives the same object again, mostly.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_TOKEN}, {@link ErrorCode#FOREIGN_TOKEN}
   */
  Token read(String text, String clusterId) {
    int hash = text.hashCode();
    int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
    Known last = known.getPlain(place);
    if (last != null && last.text().equals(text) && last.token().clusterId().equals(clusterId)) {
      return last.token();
    }
    Token token = Token.parse(text, clusterId);
    if (text.length() <= MOST_CHARS) {
      known.setPlain(place, new Known(text, token));
    }
    return token;
  }
}
