package io.tidemark.server;

import com.fasterxml.jackson.core.io.SerializedString;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What every read of a shard's state tells of it, made once. Thread-safe. */
final class Told {
  private final ReplicaState state;
  private final boolean building;
  private final Token token;

  /** Of two threads that make it, each may keep its own; so too of what follows. */
  private @Nullable SerializedString text;

  /** By level. */
  private final ReadMember.@Nullable Prepared[] prepared =
      new ReadMember.Prepared[Level.values().length];

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

  /** What a read of this state alone says of itself, at a level that needs no more said. */
  ReadMember.Prepared read(Level level, int viewVersion) {
    ReadMember.Prepared known = prepared[level.ordinal()];
    if (known == null) {
      known =
          new ReadMember(level, Set.of(), null, text(), state.exact(), null, viewVersion, building)
              .prepared();
      prepared[level.ordinal()] = known;
    }
    return known;
  }
}
