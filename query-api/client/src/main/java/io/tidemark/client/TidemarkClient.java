package io.tidemark.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client of one node. Thread-safe; one instance is one session.
 *
 * <p>The session's token grows with everything that the client appends or reads, from any thread. A
 * read at {@link ConsistencyLevel#SESSION} therefore sees all of it. To carry a session on
 * elsewhere hand {@link #token} on, and start there with {@link #withToken}.
 *
 * <p>Every method throws {@link TidemarkException}: with the code that the node gave, or with
 * {@link ErrorCode#NODE_UNAVAILABLE} when it does not answer. With {@link ErrorCode#LOG_RECREATED}
 * when a log was deleted and made anew since the session has seen it: the session is over, a new
 * client begins another. An append that fails so has been done.
 */
public final class TidemarkClient {
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration MAX_STALENESS = Duration.ofSeconds(1);
  // On top of what the node itself may wait, for the way there and back.
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration APPEND_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration DEFINE_TIMEOUT = Duration.ofSeconds(180);
  private static final String EPOCH = "epoch";
  private static final String ORDER = "order";
  private static final String SQL = "application/sql";

  private final Http http;
  private final AtomicReference<@Nullable Token> session;
  private final Duration readTimeout;
  private final Duration maxStaleness;
  private final Set<String> confirmations;

  private TidemarkClient(
      Http http,
      AtomicReference<@Nullable Token> session,
      Duration readTimeout,
      Duration maxStaleness,
      Set<String> confirmations) {
    this.http = http;
    this.session = session;
    this.readTimeout = readTimeout;
    this.maxStaleness = maxStaleness;
    this.confirmations = confirmations;
  }

  /** A client of the node at that address, with an empty session. Does not connect yet. */
  public static TidemarkClient of(URI node) {
    return new TidemarkClient(
        new Http(node), new AtomicReference<>(), READ_TIMEOUT, MAX_STALENESS, Set.of());
  }

  /** A client of the same node with a session of its own that begins with that token. */
  public TidemarkClient withToken(Token token) {
    return new TidemarkClient(
        http, new AtomicReference<>(token), readTimeout, maxStaleness, confirmations);
  }

  /**
   * A client with the same session whose reads wait so long, from 0 to 60 seconds; 5 seconds unless
   * told otherwise.
   */
  public TidemarkClient withReadTimeout(Duration timeout) {
    return new TidemarkClient(http, session, timeout, maxStaleness, confirmations);
  }

  /**
   * A client with the same session whose reads at {@link ConsistencyLevel#BOUNDED} are at most so
   * stale, from a millisecond to a day; one second unless told otherwise.
   */
  public TidemarkClient withMaxStaleness(Duration bound) {
    return new TidemarkClient(http, session, readTimeout, bound, confirmations);
  }

  /**
   * A client with the same session whose reads at {@link ConsistencyLevel#STRONG} hold also when a
   * broker answers that no longer leads without knowing it: enough of the others are asked, too.
   * Such a read fails with {@link ErrorCode#EPOCH_NOT_CONFIRMED} when they do not answer in time.
   * Reads at other levels are as they were.
   */
  public TidemarkClient withConfirmedEpoch() {
    return with(EPOCH);
  }

  /**
   * A client with the same session whose reads of rows by their keys at {@link
   * ConsistencyLevel#STRONG} are linearizable also where several partitions of a log feed a row:
   * none shows an event without one that had been acknowledged before it began. A row that is being
   * written is read again, for one more step of the view; one that is written all the time fails
   * with {@link ErrorCode#ORDER_NOT_CONFIRMED}. Scans at that level are refused. Reads at other
   * levels are as they were.
   */
  public TidemarkClient withConfirmedOrder() {
    return with(ORDER);
  }

  private TidemarkClient with(String confirmation) {
    Set<String> more = new TreeSet<>(confirmations);
    more.add(confirmation);
    return new TidemarkClient(http, session, readTimeout, maxStaleness, more);
  }

  /** What the session has appended and seen; empty before the first append or read. */
  public Optional<Token> token() {
    return Optional.ofNullable(session.get());
  }

  // ---- logs and views

  /**
   * Creates a log, or finds it there with the same definition. Returns whether it was created.
   *
   * @param schema of the events, Avro JSON
   */
  public boolean createLog(String log, String schema, int partitions) {
    ObjectNode body = http.mapper().createObjectNode();
    body.put("schema", schema);
    body.put("partitions", partitions);
    return http.putJson("/v1/logs/" + Http.segment(log), body, DEFINE_TIMEOUT).status() == 201;
  }

  /** Creates a view and returns when its job has been accepted; whether it was created. */
  public boolean createView(String view, String sql) {
    byte[] body = sql.getBytes(StandardCharsets.UTF_8);
    return http.put("/v1/views/" + Http.segment(view), SQL, body, DEFINE_TIMEOUT).status() == 201;
  }

  /** Drops a view. */
  public void dropView(String view) {
    http.delete("/v1/views/" + Http.segment(view), DEFINE_TIMEOUT);
  }

  /** All logs, as the node describes them. */
  public List<JsonNode> logs() {
    return list(http.get("/v1/logs", null, GRACE).body().path("logs"));
  }

  /** All views, as the node describes them. */
  public List<JsonNode> views() {
    return list(http.get("/v1/views", null, GRACE).body().path("views"));
  }

  /** One view, as the node describes it. */
  public JsonNode view(String view) {
    return http.get("/v1/views/" + Http.segment(view), null, GRACE).body();
  }

  private static List<JsonNode> list(JsonNode array) {
    List<JsonNode> all = new ArrayList<>();
    array.forEach(all::add);
    return all;
  }

  // ---- append

  /** Appends one event; returns when it is replicated. The token covers it. */
  public Token append(String log, String key, Object value) {
    return append(log, List.of(new Event(key, value)), false);
  }

  /** Appends many events with one token for all of them; not atomic. */
  public Token append(String log, List<Event> events) {
    return append(log, events, false);
  }

  /** Appends all of the events or none. */
  public Token appendAtomically(String log, List<Event> events) {
    return append(log, events, true);
  }

  private Token append(String log, List<Event> events, boolean atomic) {
    ObjectNode body = http.mapper().createObjectNode();
    ArrayNode all = body.putArray("events");
    for (Event event : events) {
      ObjectNode each = all.addObject();
      each.put("key", event.key());
      each.set("value", http.mapper().valueToTree(event.value()));
    }
    body.put("atomic", atomic);
    JsonNode answer =
        http.postJson("/v1/logs/" + Http.segment(log) + "/events", body, null, APPEND_TIMEOUT)
            .body();
    return remember(answer.path("token").asText());
  }

  /** Grows the session; concurrent calls lose nothing of each other. */
  private Token remember(String text) {
    Token token = Token.parse(text);
    session.accumulateAndGet(
        token, (known, more) -> known == null || more == null ? more : known.merge(more));
    return token;
  }

  // ---- read

  /** One row at {@link ConsistencyLevel#SESSION}; the key column by column. */
  public RowResult get(String view, Object... key) {
    return get(ConsistencyLevel.SESSION, view, key);
  }

  /** One row at that level; the key column by column. */
  public RowResult get(ConsistencyLevel level, String view, Object... key) {
    return get(mode(level), view, key);
  }

  RowResult get(ReadMode mode, String view, Object... key) {
    String path =
        Arrays.stream(key)
            .map(column -> Http.segment(String.valueOf(column)))
            .collect(Collectors.joining("/", "/v1/views/" + Http.segment(view) + "/rows/", ""));
    JsonNode body = http.get(path + mode.query(), mode.token(), timeout()).body();
    return new RowResult(row(body.path("row")), read(body));
  }

  /** Many rows by their keys, in that order; at most 1,000. */
  public RowsResult getAll(ConsistencyLevel level, String view, List<? extends List<?>> keys) {
    return getAll(mode(level), view, keys);
  }

  RowsResult getAll(ReadMode mode, String view, List<? extends List<?>> keys) {
    ObjectNode body = http.mapper().createObjectNode();
    body.set("keys", http.mapper().valueToTree(keys));
    String path = "/v1/views/" + Http.segment(view) + "/rows:batchGet" + mode.query();
    return rows(http.postJson(path, body, mode.token(), timeout()).body());
  }

  /**
   * One page of the rows whose key begins so, in key order.
   *
   * @param prefix the leading key columns; the last one, if a text, matches as the begin of the
   *     column. Empty for all rows
   * @param limit of the page, from 1 to 1,000
   * @param cursor of the page before; {@code null} for the first page
   */
  public RowsResult page(
      ConsistencyLevel level, String view, List<?> prefix, int limit, @Nullable String cursor) {
    return page(mode(level), view, prefix, limit, cursor);
  }

  RowsResult page(ReadMode mode, String view, List<?> prefix, int limit, @Nullable String cursor) {
    StringBuilder path = new StringBuilder("/v1/views/" + Http.segment(view) + "/rows");
    path.append(mode.query()).append("&limit=").append(limit);
    if (!prefix.isEmpty()) {
      path.append("&prefix=").append(URLEncoder.encode(joined(prefix), StandardCharsets.UTF_8));
    }
    if (cursor != null) {
      path.append("&cursor=").append(URLEncoder.encode(cursor, StandardCharsets.UTF_8));
    }
    return rows(http.get(path.toString(), mode.token(), timeout()).body());
  }

  /**
   * Reads as of the oldest kept state that covers the token; waits until there is one. Only for
   * views that have a retention ({@link ErrorCode#NO_RETENTION}); {@link ErrorCode#AS_OF_GONE} when
   * the state is not kept any more. What the session has seen makes no difference to such reads.
   */
  public PastReads asOf(Token token) {
    return new PastReads(this, pastMode("token:" + token.encode()));
  }

  /**
   * Reads as of the oldest kept state that reflects the position in the view's logs, of which it
   * must name one; else as {@link #asOf(Token)}.
   */
  public PastReads asOf(Position position) {
    return new PastReads(this, pastMode("position:" + position));
  }

  /**
   * Reads as of what the node had made visible by a time of the past, by the node's clock; else as
   * {@link #asOf(Token)}.
   */
  public PastReads asOf(Instant time) {
    return new PastReads(this, pastMode(time.toString()));
  }

  private static String joined(List<?> columns) {
    return columns.stream()
        .map(column -> Http.segment(String.valueOf(column)))
        .collect(Collectors.joining("/"));
  }

  /**
   * Rows of several views, all at one exact cut that covers the session. The answers stand in the
   * order of the reads and tell of one and the same read.
   *
   * @param reads from 1 to 32
   */
  public List<RowsResult> snapshot(List<ViewRead> reads) {
    ObjectNode body = http.mapper().createObjectNode();
    ArrayNode all = body.putArray("reads");
    for (ViewRead read : reads) {
      ObjectNode each = all.addObject().put("view", read.view());
      if (read.keys().isPresent()) {
        each.set("keys", http.mapper().valueToTree(read.keys().get()));
      } else {
        each.put("prefix", joined(read.prefix())).put("limit", read.limit());
      }
    }
    ReadMode mode = mode(ConsistencyLevel.SNAPSHOT);
    JsonNode answer =
        http.postJson("/v1/snapshot" + mode.query(), body, mode.token(), timeout()).body();
    ReadInfo info = read(answer);
    List<RowsResult> results = new ArrayList<>();
    for (JsonNode each : answer.path("reads")) {
      results.add(rows(each, info));
    }
    return results;
  }

  /**
   * All rows whose key begins so, in key order, fetched page by page as the iterator advances. Each
   * page is a read of its own, and never older than the page before unless the level is eventual.
   * At {@link ConsistencyLevel#SNAPSHOT} all pages are at one cut; when the view no longer keeps it
   * the iteration ends with {@link ErrorCode#CUT_GONE}.
   */
  public Iterable<Row> scan(ConsistencyLevel level, String view, Object... prefix) {
    return () -> new Pages(this, () -> mode(level), view, List.of(prefix));
  }

  // ---- changes

  /**
   * The changes of a view from now on, or rather from the state that the first batch names, which
   * covers the session.
   *
   * @param prefix the leading key columns of the rows that are wanted, as for {@link #page}
   */
  public ChangeFeed changes(String view, Object... prefix) {
    return feed("now", view, prefix);
  }

  /** All rows of a view, then its changes; else as {@link #changes}. */
  public ChangeFeed changesFromStart(String view, Object... prefix) {
    return feed("start", view, prefix);
  }

  /**
   * The changes of a view behind what a token covers; else as {@link #changes}. The token of a
   * batch goes on behind that batch. {@link ErrorCode#CHANGES_GONE} when the node does not keep
   * what has changed since.
   */
  public ChangeFeed changesSince(Token token, String view, Object... prefix) {
    return feed("token:" + token.encode(), view, prefix);
  }

  private ChangeFeed feed(String from, String view, Object... prefix) {
    StringBuilder path = new StringBuilder("/v1/views/" + Http.segment(view) + "/changes");
    path.append("?from=").append(URLEncoder.encode(from, StandardCharsets.UTF_8));
    path.append("&timeoutMs=").append(readTimeout.toMillis());
    if (prefix.length > 0) {
      String joined = joined(List.of(prefix));
      path.append("&prefix=").append(URLEncoder.encode(joined, StandardCharsets.UTF_8));
    }
    Token token = session.get();
    return new ChangeFeed(
        http,
        path.toString(),
        token == null || from.startsWith("token:") ? null : token.encode(),
        timeout(),
        each -> new Row(columns(each.path("key")), row(each.path("row"))),
        this::progress);
  }

  private ReadMode mode(ConsistencyLevel level) {
    Token token = session.get();
    return new ReadMode(
        query(level.text())
            + (level == ConsistencyLevel.BOUNDED
                ? "&maxStalenessMs=" + maxStaleness.toMillis()
                : "")
            + (level == ConsistencyLevel.STRONG && !confirmations.isEmpty()
                ? "&confirm=" + String.join(",", confirmations)
                : ""),
        token == null || level == ConsistencyLevel.EVENTUAL ? null : token.encode());
  }

  private ReadMode pastMode(String asOf) {
    return new ReadMode(
        query("as-of") + "&asOf=" + URLEncoder.encode(asOf, StandardCharsets.UTF_8), null);
  }

  private String query(String level) {
    return "?consistency=" + level + "&timeoutMs=" + readTimeout.toMillis();
  }

  private Duration timeout() {
    return readTimeout.plus(GRACE);
  }

  private RowsResult rows(JsonNode body) {
    return rows(body, read(body));
  }

  private RowsResult rows(JsonNode body, ReadInfo info) {
    List<Row> rows = new ArrayList<>();
    for (JsonNode each : body.path("rows")) {
      rows.add(new Row(columns(each.path("key")), row(each.path("row"))));
    }
    return new RowsResult(rows, Optional.ofNullable(body.path("cursor").textValue()), info);
  }

  private ReadInfo read(JsonNode body) {
    return progress(body.path("read"));
  }

  private ReadInfo progress(JsonNode read) {
    String token = read.path("token").asText();
    remember(token);
    JsonNode stalenessMs = read.path("stalenessMs");
    List<String> confirmed = List.of(read.path("confirmed").asText("").split(","));
    return new ReadInfo(
        read.path("level").asText(),
        confirmed.contains(EPOCH),
        confirmed.contains(ORDER),
        token,
        stalenessMs.isNumber() ? OptionalLong.of(stalenessMs.asLong()) : OptionalLong.empty(),
        read.path("exact").asBoolean(),
        cut(read.path("cut")),
        read.path("viewVersion").asInt(),
        read.path("building").asBoolean());
  }

  private static Optional<Position> cut(JsonNode cut) {
    if (!cut.isObject()) {
      return Optional.empty();
    }
    Position.Builder position = Position.builder();
    cut.fields()
        .forEachRemaining(
            log -> {
              int partition = 0;
              for (JsonNode offset : log.getValue()) {
                position.advance(log.getKey(), partition++, offset.asLong());
              }
            });
    return Optional.of(position.build());
  }

  private Optional<Map<String, @Nullable Object>> row(JsonNode row) {
    return row.isObject() ? Optional.of(columns(row)) : Optional.empty();
  }

  @SuppressWarnings("unchecked")
  private Map<String, @Nullable Object> columns(JsonNode node) {
    try {
      return http.mapper().treeToValue(node, Map.class);
    } catch (JsonProcessingException e) {
      throw new TidemarkException(
          ErrorCode.INTERNAL, "the node gave a row that is none: " + e.getMessage(), e);
    }
  }
}
