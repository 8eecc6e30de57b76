package io.tidemark.server;

import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request, read and taken apart.
 *
 * @param path what stood for the variables of the route's path
 * @param rest the segments behind the route's path, decoded
 * @param query the parameters, decoded
 * @param tokens the values of the token's header
 * @param lastEventId the id of the last event that a stream's reader has got; {@code null} for none
 * @param contentType of the body, in lower case and without parameters; empty when none was given
 * @param arrivedNs when the request arrived, by {@link System#nanoTime}
 * @param known reads the tokens
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Call(
    Map<String, String> path,
    List<String> rest,
    Map<String, String> query,
    List<String> tokens,
    @Nullable String lastEventId,
    String contentType,
    byte[] body,
    long arrivedNs,
    Tokens known) {
  /** The header that carries a session's token, both ways. */
  static final String TOKEN_HEADER = "Tidemark-Token";

  /** The header by which a reader of server-sent events goes on. */
  static final String LAST_EVENT_ID_HEADER = "Last-Event-ID";

  private static final Set<String> READ_PARAMETERS =
      Set.of("consistency", "confirm", "timeoutMs", "maxStalenessMs", "asOf");

  /** What stood for that variable of the route's path. */
  String variable(String name) {
    String value = path.get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no variable " + name);
    }
    return value;
  }

  /** Refuses query parameters that the route does not know. */
  void allowQuery(String... names) {
    allowQuery(Set.of(), names);
  }

  private void allowQuery(Set<String> always, String... names) {
    List<String> own = Arrays.asList(names);
    for (String name : query.keySet()) {
      if (!always.contains(name) && !own.contains(name)) {
        Set<String> known = new TreeSet<>(always);
        known.addAll(own);
        throw Problem.invalid(
            "unknown query parameter '"
                + name
                + "'; "
                + (known.isEmpty() ? "there are none" : "known are " + String.join(", ", known)));
      }
    }
  }

  /** Refuses query parameters that neither reads nor the route know. */
  void allowReadQuery(String... names) {
    allowQuery(READ_PARAMETERS, names);
  }

  /** A whole number from the query, or the default. */
  int number(String name, int min, int max, int defaultValue, ErrorCode code) {
    String text = query.get(name);
    if (text == null) {
      return defaultValue;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new TidemarkException(
        code, "%s must be a whole number from %d to %d, got '%s'".formatted(name, min, max, text));
  }

  /** How the request wants to read, where only one level is possible. */
  ReadOptions readOptions(String clusterId, Level only) {
    if (!query.getOrDefault("consistency", only.text()).equals(only.text())) {
      throw Problem.invalid("here consistency can only be " + only.text());
    }
    return new ReadOptions(only, token(clusterId), 0, Set.of(), timeoutMs(), null, null, arrivedNs);
  }

  /** How the request wants to read. */
  ReadOptions readOptions(String clusterId) {
    Token token = token(clusterId);
    String asked = query.get("consistency");
    Level level;
    if (asked != null) {
      level = Level.parse(asked);
    } else if (query.containsKey("asOf")) {
      level = Level.AS_OF;
    } else {
      level = token == null ? Level.EVENTUAL : Level.SESSION;
    }
    AsOf asOf = asOf(level, clusterId);
    return new ReadOptions(
        level,
        token,
        maxStalenessMs(level),
        confirmations(level),
        timeoutMs(),
        null,
        asOf,
        arrivedNs);
  }

  private Set<Confirmation> confirmations(Level level) {
    String text = query.get("confirm");
    if (text == null) {
      return Set.of();
    }
    Set<Confirmation> confirmations = Confirmation.parse(text);
    if (level != Level.STRONG) {
      throw Problem.invalid("confirm belongs to consistency=strong, this read is " + level.text());
    }
    return confirmations;
  }

  private @Nullable AsOf asOf(Level level, String clusterId) {
    String text = query.get("asOf");
    if ((text != null) != (level == Level.AS_OF)) {
      throw Problem.invalid(
          text == null
              ? "consistency=as-of needs asOf, the state to read"
              : "asOf names a state of its own, so the read cannot be " + level.text());
    }
    if (text == null) {
      return null;
    }
    if (!tokens.isEmpty()) {
      throw Problem.invalid(
          ("a read with asOf shows the state that asOf names, whatever the session has seen: leave"
                  + " out the header %s, or read as of its token with asOf=token:<the token>")
              .formatted(TOKEN_HEADER));
    }
    return AsOf.parse(text, clusterId);
  }

  /** How long the request may wait. */
  int timeoutMs() {
    return number(
        "timeoutMs",
        0,
        (int) ReadOptions.MAX_TIMEOUT_MS,
        (int) ReadOptions.DEFAULT_TIMEOUT_MS,
        ErrorCode.INVALID_REQUEST);
  }

  private int maxStalenessMs(Level level) {
    boolean given = query.containsKey("maxStalenessMs");
    if (given != (level == Level.BOUNDED)) {
      throw Problem.invalid(
          given
              ? "maxStalenessMs belongs to consistency=bounded, this read is " + level.text()
              : "consistency=bounded needs maxStalenessMs, how stale the rows may be");
    }
    return given
        ? number("maxStalenessMs", 1, ReadOptions.MAX_STALENESS_MS, 1, ErrorCode.INVALID_REQUEST)
        : 0;
  }

  /** What the session has seen, {@code null} for nothing. */
  @Nullable Token token(String clusterId) {
    Token merged = null;
    for (String text : tokens) {
      Token token = known.read(text.trim(), clusterId);
      merged = merged == null ? token : merged.merge(token);
    }
    return merged;
  }

  /** Refuses bodies of another type; a missing type passes. */
  void requireContentType(String... types) {
    if (!contentType.isEmpty() && !List.of(types).contains(contentType)) {
      throw new Problem(
          ErrorCode.INVALID_REQUEST,
          415,
          "the body must be of Content-Type "
              + String.join(" or ", types)
              + ", it says "
              + contentType);
    }
  }
}
