package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoField;
import org.jspecify.annotations.Nullable;

/** Which earlier state a read asks for. Every shard is read as of a state of its own. */
sealed interface AsOf {
  /** What the request says, word for word. */
  String text();

  /** The token that the shards must cover; {@code null} when there is none. */
  @Nullable Token token();

  /** The offsets that the request names; {@code null} when it names none. */
  default @Nullable Position named() {
    Token token = token();
    return token == null ? null : token.position();
  }

  /** What the shard must have come to before the state can be told. */
  Requirement awaited(ServedView view, Shard shard);

  /**
   * Holds the shard's state, once what is {@link #awaited} is there.
   *
   * @throws TidemarkException {@link ErrorCode#AS_OF_GONE}, {@link ErrorCode#INVALID_REQUEST} for a
   *     time that has not passed, and as {@link Shard#read}
   */
  Shard.Pinned pin(ServedView view, Shard shard);

  /**
   * Reads {@code token:} and a token, {@code position:} and a position, or a time.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_REQUEST}, {@link ErrorCode#INVALID_TOKEN},
   *     {@link ErrorCode#FOREIGN_TOKEN}
   */
  static AsOf parse(String text, String clusterId) {
    if (text.startsWith(AtToken.PREFIX)) {
      return new AtToken(text, Token.parse(text.substring(AtToken.PREFIX.length()), clusterId));
    }
    if (text.startsWith(AtPosition.PREFIX)) {
      return AtPosition.of(text);
    }
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      long millis = Math.multiplyExact(time.toEpochSecond(), 1_000L);
      return new AtTime(text, millis + time.get(ChronoField.MILLI_OF_SECOND));
    } catch (DateTimeException | ArithmeticException e) {
      throw Problem.invalid(
          ("asOf must be token:<a token>, position:<a position> such as"
                  + " position:flights[0=12,1=7], or a time such as 2001-01-31T12:00:00Z, got '%s'")
              .formatted(text));
    }
  }

  /** The oldest state that covers a token. */
  record AtToken(String text, Token token) implements AsOf {
    private static final String PREFIX = "token:";

    @Override
    public Requirement awaited(ServedView view, Shard shard) {
      return Requirement.ofToken(view, shard, token);
    }

    @Override
    public Shard.Pinned pin(ServedView view, Shard shard) {
      return shard.pinOldest(awaited(view, shard));
    }
  }

  /** The oldest state that covers a position in the view's logs, whichever logs these are. */
  record AtPosition(String text, Position named) implements AsOf {
    private static final String PREFIX = "position:";

    static AtPosition of(String text) {
      try {
        return new AtPosition(text, Position.parse(text.substring(PREFIX.length())));
      } catch (IllegalArgumentException e) {
        throw Problem.invalid("asOf=%s: %s".formatted(text, e.getMessage()));
      }
    }

    @Override
    public @Nullable Token token() {
      return null;
    }

    /** A position that says nothing about the view would be met by any state. */
    @Override
    public Requirement awaited(ServedView view, Shard shard) {
      if (named.restrictedTo(view.sources()::contains).isEmpty()) {
        throw Problem.invalid(
            "asOf=%s names no offset above 0 in a log of view %s, which reflects %s"
                .formatted(text, view.name(), String.join(", ", view.sources())));
      }
      return Requirement.ofPosition(view, shard, named);
    }

    @Override
    public Shard.Pinned pin(ServedView view, Shard shard) {
      return shard.pinOldest(awaited(view, shard));
    }
  }

  /** What was visible on this node at a time. */
  record AtTime(String text, long millis) implements AsOf {
    @Override
    public @Nullable Token token() {
      return null;
    }

    @Override
    public Requirement awaited(ServedView view, Shard shard) {
      return Requirement.NONE;
    }

    @Override
    public Shard.Pinned pin(ServedView view, Shard shard) {
      return shard.pinAt(millis);
    }
  }

  /**
   * The very states that the page before has shown: another search might find others, for example
   * where a gap in a log has become known since.
   *
   * @param shown names each state by its offset in the changelog
   */
  record Again(String text, Token shown) implements AsOf {
    @Override
    public @Nullable Token token() {
      return null;
    }

    @Override
    public Requirement awaited(ServedView view, Shard shard) {
      return new Requirement(Position.empty(), offset(shard), false);
    }

    @Override
    public Shard.Pinned pin(ServedView view, Shard shard) {
      Shard.Pinned found = shard.pinOldest(awaited(view, shard));
      if (found.state().nextOffset() != offset(shard)) {
        found.close();
        throw new TidemarkException(
            ErrorCode.AS_OF_GONE,
            ("shard %d of view %s does not have the state at changelog offset %d that the page"
                    + " before has shown; begin again with the first page")
                .formatted(shard.number(), view.name(), offset(shard)));
      }
      return found;
    }

    private long offset(Shard shard) {
      return shown.position().offset(shard.changelog(), shard.number());
    }
  }
}
