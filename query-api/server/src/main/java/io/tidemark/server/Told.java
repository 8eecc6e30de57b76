package io.tidemark.server;

import com.fasterxml.jackson.core.io.SerializedString;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import io.vertx.core.http.HttpHeaders;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every read of a shard's state tells of it, made once: to readers who bring nothing along, or
 * to those who bring a certain token. Thread-safe.
 */
final class Told {
  private final ReplicaState state;
  private final boolean building;
  private final Token token;

  // Of two threads that make something of the following, each may keep its own.

  private @Nullable SerializedString text;
  private @Nullable CharSequence header;
  private @Nullable With with;

  /** By level; none at those that were not asked for twice. */
  private final ReadMember.@Nullable Prepared[] prepared =
      new ReadMember.Prepared[Level.values().length];

  private final boolean[] asked = new boolean[Level.values().length];

  /** What is told to those who bring a token along that says more than the state's own. */
  private record With(Token brought, Told told) {}

  Told(ReplicaState state, Token token) {
    this.state = state;
    this.building = state.building();
    this.token = token;
  }

  /** Whether it is of that very state. */
  @SuppressWarnings("ReferenceEquality") // an equal state that is another object costs a moment
  boolean isOf(ReplicaState other) {
    return state == other;
  }

  /** Whether the view is still being computed for the first time. */
  boolean building() {
    return building;
  }

  /** What a reader takes along: no later read may fall behind it. */
  Token token() {
    return token;
  }

  /** The token, encoded. */
  SerializedString text() {
    SerializedString known = text;
    if (known == null) {
      known = new SerializedString(token.encode());
      text = known;
    }
    return known;
  }

  /** The same as a header's value. */
  CharSequence header() {
    CharSequence known = header;
    if (known == null) {
      known = HttpHeaders.createOptimized(text().getValue());
      header = known;
    }
    return known;
  }

  /**
   * What is told to a reader who brings that token along and takes both along. The last one is
   * remembered, since a session that has seen all there is brings the same one again.
   */
  @SuppressWarnings(
      "ReferenceEquality") // what has nothing to add is given back; an equal one costs
  Told with(@Nullable Token brought) {
    if (brought == null) {
      return this;
    }
    With last = with;
    if (last != null && last.brought == brought) {
      return last.told;
    }
    boolean covered =
        token.position().covers(brought.position())
            && token.logIds().merge(brought.logIds()) == token.logIds();
    With next = new With(brought, covered ? this : new Told(state, brought.merge(token)));
    with = next;
    return next.told;
  }

  /**
   * What a read of this state alone says of itself, at a level that needs no more said; {@code
   * null} when it is not worth while yet to have it at hand.
   */
  ReadMember.@Nullable Prepared read(Level level, int viewVersion) {
    ReadMember.Prepared known = prepared[level.ordinal()];
    if (known == null && asked[level.ordinal()]) {
      known =
          new ReadMember(level, Set.of(), null, text(), state.exact(), null, viewVersion, building)
              .prepared();
      prepared[level.ordinal()] = known;
    }
    asked[level.ordinal()] = true;
    return known;
  }
}
