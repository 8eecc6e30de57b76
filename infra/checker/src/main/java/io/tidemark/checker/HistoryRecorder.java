package io.tidemark.checker;

import io.tidemark.log.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Records a history while clients run. Thread-safe; an operation costs two clock readings and one
 * insertion into a concurrent queue, and about 500 bytes of memory.
 *
 * <p>An append that is still open when the history is taken counts as {@link Outcome#UNKNOWN}, so a
 * client that dies in the middle of one cannot spoil the history.
 */
public final class HistoryRecorder {
  private final LongSupplier nanoClock;
  private final LongSupplier wallClockMs;
  private final Queue<OpenAppend> appends = new ConcurrentLinkedQueue<>();
  private final Queue<Read> reads = new ConcurrentLinkedQueue<>();
  private final Queue<Logged> logged = new ConcurrentLinkedQueue<>();
  private final Set<String> scannedLogs = ConcurrentHashMap.newKeySet();

  /** A recorder on this process's clocks. */
  public HistoryRecorder() {
    this(System::nanoTime, System::currentTimeMillis);
  }

  /**
   * A recorder on the given clocks.
   *
   * @param nanoClock monotonic, in nanoseconds
   * @param wallClockMs in milliseconds since 1970
   */
  public HistoryRecorder(LongSupplier nanoClock, LongSupplier wallClockMs) {
    this.nanoClock = nanoClock;
    this.wallClockMs = wallClockMs;
  }

  /** Notes that the session is about to append the events. Call right before the append itself. */
  public OpenAppend append(String session, List<Event> events) {
    OpenAppend append =
        new OpenAppend(session, events, wallClockMs.getAsLong(), nanoClock.getAsLong());
    appends.add(append);
    return append;
  }

  /** Notes that the session is about to append the event. Call right before the append itself. */
  public OpenAppend append(String session, Event event) {
    return append(session, List.of(event));
  }

  /**
   * Notes that the session is about to read. Call right before the read itself.
   *
   * @param boundMs the staleness allowed; of no meaning unless the level is bounded
   * @param tokenIn what is handed in, empty for none
   */
  public OpenRead read(String session, Level level, long boundMs, Position tokenIn) {
    return new OpenRead(
        session,
        new Read.Request(level, boundMs),
        tokenIn,
        wallClockMs.getAsLong(),
        nanoClock.getAsLong());
  }

  /** Notes what a consumer found in a log. */
  public void logged(String log, int partition, long offset, String eventId) {
    logged.add(new Logged(log, partition, offset, eventId));
  }

  /** Notes that all of the log has been given to {@link #logged}. */
  public void scanned(String log) {
    scannedLogs.add(log);
  }

  /** What was recorded so far, with the views' meanings. */
  public History history(List<ViewModel> models, List<LinearInvariant> invariants) {
    List<Append> all = new ArrayList<>();
    appends.forEach(append -> all.add(append.result()));
    return new History(
        models, invariants, all, List.copyOf(reads), List.copyOf(logged), scannedLogs);
  }

  /** An append on its way. One of its three methods is called once. */
  public final class OpenAppend {
    private final String session;
    private final List<Event> events;
    private final long startMs;
    private final long startNs;
    private volatile @Nullable Append ended;

    private OpenAppend(String session, List<Event> events, long startMs, long startNs) {
      this.session = session;
      this.events = List.copyOf(events);
      this.startMs = startMs;
      this.startNs = startNs;
    }

    /** It was acknowledged with that token. */
    public void ok(Position token) {
      end(Outcome.OK, token);
    }

    /** It certainly had no effect and never will. */
    public void failed() {
      end(Outcome.FAILED, Position.empty());
    }

    /** Nobody knows: a time-out, a lost connection. */
    public void unknown() {
      end(Outcome.UNKNOWN, Position.empty());
    }

    private void end(Outcome outcome, Position token) {
      ended = as(outcome, token, nanoClock.getAsLong());
    }

    private Append result() {
      Append known = ended;
      return known != null ? known : as(Outcome.UNKNOWN, Position.empty(), nanoClock.getAsLong());
    }

    private Append as(Outcome outcome, Position token, long endNs) {
      return new Append(
          new Operation.Call(session, startNs, endNs, startMs, outcome), events, token);
    }
  }

  /** A read on its way. Used by one thread. */
  public final class OpenRead {
    private final String session;
    private final Read.Request request;
    private final Position tokenIn;
    private final long startMs;
    private final long startNs;
    private final Map<List<String>, Row> rows = new LinkedHashMap<>();
    private final List<String> completeViews = new ArrayList<>();
    private boolean finalState;

    private OpenRead(
        String session, Read.Request request, Position tokenIn, long startMs, long startNs) {
      this.session = session;
      this.request = request;
      this.tokenIn = tokenIn;
      this.startMs = startMs;
      this.startNs = startNs;
    }

    /** A key that is asked for; unless a row comes back, there is none. */
    public OpenRead asked(String view, String key) {
      rows.putIfAbsent(List.of(view, key), new Row(view, key, null));
      return this;
    }

    /** A row that came back, its columns in the order of the view's model. */
    public OpenRead row(String view, String key, long... values) {
      rows.put(List.of(view, key), new Row(view, key, values));
      return this;
    }

    /** The read gives every row that the view has. */
    public OpenRead complete(String view) {
      completeViews.add(view);
      return this;
    }

    /** All appends have ended, and the view has caught up. */
    public OpenRead finalState() {
      finalState = true;
      return this;
    }

    /** The answer came, {@link #row} has been called for its rows, and this is what it said. */
    public void ok(Position tokenOut, Read.Reply reply) {
      end(Outcome.OK, tokenOut, reply);
    }

    /** There was no answer, or an error: there is nothing to judge. */
    public void failed() {
      end(Outcome.FAILED, tokenIn, new Read.Reply(request.level(), false, -1, false, null, ""));
    }

    private void end(Outcome outcome, Position tokenOut, Read.Reply reply) {
      Operation.Call call =
          new Operation.Call(session, startNs, nanoClock.getAsLong(), startMs, outcome);
      reads.add(
          new Read(
              call,
              request,
              List.copyOf(rows.values()),
              Set.copyOf(completeViews),
              tokenIn,
              tokenOut,
              reply,
              finalState));
    }
  }
}
