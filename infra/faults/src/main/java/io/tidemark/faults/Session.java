package io.tidemark.faults;

import io.tidemark.checker.Event;
import io.tidemark.checker.HistoryRecorder;
import io.tidemark.checker.Level;
import io.tidemark.checker.Read;
import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.PastReads;
import io.tidemark.client.ReadInfo;
import io.tidemark.client.Row;
import io.tidemark.client.RowResult;
import io.tidemark.client.RowsResult;
import io.tidemark.client.TidemarkClient;
import io.tidemark.client.ViewRead;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.schemas.TidemarkException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client that carries its token from call to call and from node to node, and records every
 * call. Used by one thread.
 *
 * <p>Each call returns whether it was answered; what went wrong otherwise is in the {@link Tally}.
 */
final class Session {
  /** How stale a bounded read may be. */
  static final long BOUND_MS = 750;

  private static final String IN_ORDER = "STRONG in order";

  private final String name;
  private final Nodes nodes;
  private final HistoryRecorder recorder;
  private final Tally tally;
  private Token token;

  /** A session that has seen nothing. */
  Session(String name, Nodes nodes, HistoryRecorder recorder, Tally tally) {
    this.name = name;
    this.nodes = nodes;
    this.recorder = recorder;
    this.tally = tally;
    this.token = Token.empty(nodes.clusterId());
  }

  /** What the session has appended and seen. */
  Token token() {
    return token;
  }

  /** Appends the events, of one log; if so wanted, all of them or none. */
  boolean append(int node, List<Event> events, boolean atomically) {
    TidemarkClient client = client(node);
    List<io.tidemark.client.Event> values =
        events.stream()
            .map(event -> new io.tidemark.client.Event(event.key(), value(event)))
            .toList();
    String log = events.get(0).log();
    HistoryRecorder.OpenAppend open = recorder.append(name, events);
    try {
      Token appended =
          atomically ? client.appendAtomically(log, values) : client.append(log, values);
      open.ok(appended.position());
      token = token.merge(appended);
      return true;
    } catch (TidemarkException e) {
      // Whatever was said, Kafka may have taken it; the scan of the log at the end will tell.
      open.unknown();
      tally.failed("append", e);
      return false;
    }
  }

  private static Map<String, Object> value(Event event) {
    return Map.of(
        "id", event.id(),
        "k", event.key(),
        "grp", String.valueOf(event.group()),
        "num", event.number());
  }

  /** Reads one row; the token of the answer, if there was one. */
  Optional<Token> row(int node, Level level, SubjectView view, String key) {
    return row(node, client(node), level, level.name(), view, key);
  }

  /** Reads one row so that it shows no event without one that was acknowledged before it began. */
  Optional<Token> rowInOrder(int node, SubjectView view, String key) {
    return row(node, client(node).withConfirmedOrder(), Level.STRONG, IN_ORDER, view, key);
  }

  private Optional<Token> row(
      int node, TidemarkClient client, Level level, String tried, SubjectView view, String key) {
    HistoryRecorder.OpenRead open = open(level).asked(view.name(), key);
    return rows(
        node, open, tried, () -> one(view, key, open, client.get(asked(level), view.name(), key)));
  }

  /** Reads rows by their keys. */
  boolean rows(int node, Level level, SubjectView view, List<String> keys) {
    return rows(node, client(node), level, level.name(), view, keys);
  }

  /** Reads rows by their keys, each as {@link #rowInOrder} does. */
  boolean rowsInOrder(int node, SubjectView view, List<String> keys) {
    return rows(node, client(node).withConfirmedOrder(), Level.STRONG, IN_ORDER, view, keys);
  }

  private boolean rows(
      int node,
      TidemarkClient client,
      Level level,
      String tried,
      SubjectView view,
      List<String> keys) {
    HistoryRecorder.OpenRead open = open(level);
    keys.forEach(key -> open.asked(view.name(), key));
    return rows(
            node,
            open,
            tried,
            () ->
                many(
                    view,
                    open,
                    client.getAll(asked(level), view.name(), keys.stream().map(List::of).toList())))
        .isPresent();
  }

  /** Reads all rows of the view, as its final state or as they are. */
  boolean scan(int node, Level level, SubjectView view, boolean finalState) {
    TidemarkClient client = client(node);
    HistoryRecorder.OpenRead open = open(level).complete(view.name());
    if (finalState) {
      open.finalState();
    }
    return rows(
            node,
            open,
            level.name(),
            () -> many(view, open, client.page(asked(level), view.name(), List.of(), 1_000, null)))
        .isPresent();
  }

  /** Reads all rows of several views at one cut. */
  boolean snapshot(int node, List<SubjectView> views) {
    TidemarkClient client = client(node);
    HistoryRecorder.OpenRead open = open(Level.SNAPSHOT);
    views.forEach(view -> open.complete(view.name()));
    return rows(
            node,
            open,
            "SNAPSHOT of several views",
            () -> {
              List<RowsResult> results =
                  client.snapshot(
                      views.stream()
                          .map(view -> ViewRead.scan(view.name(), List.of(), 1_000))
                          .toList());
              for (int i = 0; i < results.size(); i++) {
                many(views.get(i), open, results.get(i));
              }
              return results.get(0).read();
            })
        .isPresent();
  }

  /** Reads one row as of an earlier token; the token of the state that was shown. */
  Optional<Token> asOf(int node, Token past, SubjectView view, String key) {
    return past(node, client(node).asOf(past), past.position(), view, key);
  }

  /** Reads one row as of an earlier time. */
  Optional<Token> asOf(int node, Instant past, SubjectView view, String key) {
    return past(node, client(node).asOf(past), Position.empty(), view, key);
  }

  private Optional<Token> past(
      int node, PastReads reads, Position past, SubjectView view, String key) {
    HistoryRecorder.OpenRead open =
        recorder.read(name, Level.AS_OF, 0, past).asked(view.name(), key);
    return rows(
        node, open, Level.AS_OF.name(), () -> one(view, key, open, reads.get(view.name(), key)));
  }

  private HistoryRecorder.OpenRead open(Level level) {
    // An eventual read does not send the token.
    Position sent = level == Level.EVENTUAL ? Position.empty() : token.position();
    return recorder.read(name, level, level == Level.BOUNDED ? BOUND_MS : 0, sent);
  }

  private static ReadInfo one(
      SubjectView view, String key, HistoryRecorder.OpenRead open, RowResult result) {
    add(view, key, open, result.row());
    return result.read();
  }

  private static ReadInfo many(SubjectView view, HistoryRecorder.OpenRead open, RowsResult result) {
    for (Row row : result.rows()) {
      add(view, SubjectView.key(row), open, row.row());
    }
    return result.read();
  }

  private static void add(
      SubjectView view,
      String key,
      HistoryRecorder.OpenRead open,
      Optional<Map<String, @Nullable Object>> row) {
    long[] values = view.values(row);
    if (values != null) {
      open.row(view.name(), key, values);
    }
  }

  private Optional<Token> rows(
      int node, HistoryRecorder.OpenRead open, String tried, Supplier<ReadInfo> read) {
    try {
      ReadInfo info = read.get();
      Token seen = Token.parse(info.token());
      open.ok(
          seen.position(),
          new Read.Reply(
              Level.valueOf(info.level().toUpperCase(Locale.ROOT).replace('-', '_')),
              info.orderConfirmed(),
              info.stalenessMs().orElse(-1),
              info.exact(),
              info.cut().orElse(info.exact() ? seen.position() : null),
              nodes.name(node)));
      token = token.merge(seen);
      return Optional.of(seen);
    } catch (TidemarkException e) {
      open.failed();
      tally.failed(tried, e);
      return Optional.empty();
    }
  }

  private TidemarkClient client(int node) {
    return nodes.client(node).withToken(token);
  }

  private static ConsistencyLevel asked(Level level) {
    return ConsistencyLevel.valueOf(level.name());
  }
}
