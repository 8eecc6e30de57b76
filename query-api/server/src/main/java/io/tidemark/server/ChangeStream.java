package io.tidemark.server;

import io.tidemark.log.changelog.RowKey;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.store.ChangeCursor;
import io.tidemark.store.Snapshot;
import io.tidemark.store.StoreException;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of the changes of one view.
 *
 * <p>It holds the state that the reader has been told of, and goes on by telling the difference to
 * what readers see now. So it tells whole steps, several at once to a reader that is slow; it never
 * tells what no reader was shown, and of a job that went back to a checkpoint just what has become
 * different in the end; and all that it keeps of the steps in between is what the store keeps
 * anyway. To go on after a break it needs the reader's state, or any older one: what was written
 * since that one includes what was written since the reader's.
 */
final class ChangeStream implements Reply.Stream {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeStream.class);

  /** The shards' progresses of one tick come one after the other, and become one event. */
  private static final long PACE_MS = 10;

  private static final int SCANNED_ROWS = 256;

  /** What a stream tells before the first change. */
  enum Begin {
    /** The progress that it begins at. */
    NOW,
    /** All rows, and the progress that they are of. */
    START,
    /** Nothing: the reader knows, and may know some of what comes first as well. */
    RESUMED
  }

  private final ServedView view;
  private final byte[] prefix;
  private final Page page;
  private final Begin begin;
  private final ReadOptions anyState;
  private final String clusterId;
  private final Streams streams;
  private final Function<ServedView, @Nullable TidemarkException> failure;
  private final Alarm alarm = new Alarm();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What the reader has been told, or has said that it knows. */
  private HeldView told;

  private volatile @Nullable EventSink sink;
  private volatile boolean stopping;

  /**
   * A stream with a place among the others, which it gives back in the end.
   *
   * @param page of the view that it is about
   * @param prefix of the keys that the reader wants
   * @param told where it begins; closed by the stream
   * @param anyState reads whatever is visible, or at any cut
   * @param failure why the rows of a view do not advance; {@code null} while they may
   */
  ChangeStream(
      Page page,
      byte[] prefix,
      Begin begin,
      HeldView told,
      ReadOptions anyState,
      String clusterId,
      Streams streams,
      Function<ServedView, @Nullable TidemarkException> failure) {
    this.view = page.view();
    this.prefix = prefix;
    this.page = page;
    this.begin = begin;
    this.told = told;
    this.anyState = anyState;
    this.clusterId = clusterId;
    this.streams = streams;
    this.failure = failure;
  }

  @Override
  public void begin(Context context, HttpServerResponse response) {
    EventSink fresh = new EventSink(context, response, streams.config(), alarm::ring);
    sink = fresh;
    try {
      streams.run(this);
    } catch (TidemarkException e) {
      new EventWriter(view, clusterId, fresh).end(e);
      close();
    }
  }

  /** What has been written and the reader has not taken. */
  long unsentBytes() {
    EventSink begun = sink;
    return begun == null ? 0 : begun.unsentBytes();
  }

  /** Ends the stream soon. */
  void stop() {
    stopping = true;
    alarm.ring();
  }

  /** Tells until the reader has gone or something is in the way. */
  void run() {
    EventSink begun = sink;
    if (begun == null) {
      throw new IllegalStateException("the stream has not begun");
    }
    EventWriter events = new EventWriter(view, clusterId, begun);
    view.shards().forEach(shard -> shard.follow(alarm));
    try {
      // The reply's head goes out with it.
      events.heartbeat();
      tellBegin(events);
      // Of a step that broke off the reader may have some rows already, and they may have become
      // again what they were.
      boolean all = begin == Begin.RESUMED;
      while (true) {
        HeldView now = awaitNews(begun, events);
        try {
          tellChanges(events, now, all);
          events.progress(now);
        } finally {
          told.close();
          told = now;
        }
        all = false;
      }
    } catch (EventSink.GoneException e) {
      LOG.debug("A reader of the changes of {} has gone", view);
    } catch (InterruptedException e) {
      events.end(nodeStops());
    } catch (RuntimeException | InternalError e) {
      LOG.info("A stream of changes of {} ends: {}", view, e.getMessage());
      events.end(explain(e));
    } finally {
      view.shards().forEach(shard -> shard.unfollow(alarm));
      close();
    }
  }

  private void tellBegin(EventWriter events) throws InterruptedException, EventSink.GoneException {
    if (begin == Begin.START) {
      events.reset();
      for (Shard.Pinned shard : told.shards()) {
        byte[] from = prefix;
        while (from != null) {
          from = tellRows(events, shard.snapshot(), from);
        }
      }
    }
    if (begin != Begin.RESUMED) {
      events.progress(told);
    }
  }

  /**
   * Some rows, in key order: no snapshot may be in use while the reader is waited for.
   *
   * @return the key to go on with, {@code null} after the last one
   */
  private byte @Nullable [] tellRows(EventWriter events, Snapshot snapshot, byte[] from)
      throws InterruptedException, EventSink.GoneException {
    List<byte[]> keys = new ArrayList<>(SCANNED_ROWS);
    List<byte[]> values = new ArrayList<>(SCANNED_ROWS);
    snapshot.scan(
        from,
        prefix.length == 0 ? null : RowKey.afterPrefix(prefix),
        (key, value) -> {
          keys.add(key);
          values.add(value);
          return keys.size() < SCANNED_ROWS;
        });
    for (int i = 0; i < keys.size(); i++) {
      events.row(keys.get(i), values.get(i));
    }
    if (keys.size() < SCANNED_ROWS) {
      return null;
    }
    byte[] last = keys.get(keys.size() - 1);
    return Arrays.copyOf(last, last.length + 1);
  }

  private HeldView awaitNews(EventSink begun, EventWriter events)
      throws InterruptedException, EventSink.GoneException {
    long silentSinceNs = System.nanoTime();
    Thread.sleep(PACE_MS);
    while (true) {
      if (stopping) {
        throw nodeStops();
      }
      if (begun.isGone()) {
        throw new EventSink.GoneException();
      }
      HeldView now = HeldView.now(page, anyState);
      if (now != null) {
        if (now.isAheadOf(told)) {
          return now;
        }
        // The same states: but the older hold of them would run out some time.
        told.close();
        told = now;
      }
      long silentMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - silentSinceNs);
      if (!alarm.await(streams.config().heartbeat().toMillis() - silentMs)) {
        TidemarkException failed = failure.apply(view);
        if (failed != null) {
          throw failed;
        }
        events.heartbeat();
        silentSinceNs = System.nanoTime();
      }
    }
  }

  private void tellChanges(EventWriter events, HeldView now, boolean all)
      throws InterruptedException, EventSink.GoneException {
    for (int shard = 0; shard < now.shards().size(); shard++) {
      Snapshot before = told.shards().get(shard).snapshot();
      ChangeCursor changes = now.shards().get(shard).snapshot().changesSince(before);
      while (changes.next()) {
        if (startsWith(changes.key(), prefix) && (all || !changes.isUnchanged())) {
          events.row(changes.key(), changes.value());
        }
      }
    }
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static TidemarkException nodeStops() {
    return new TidemarkException(
        ErrorCode.NODE_UNAVAILABLE, "the node is stopping; go on from the last progress");
  }

  /** What the end of the stream means to its reader. */
  private static Throwable explain(Throwable error) {
    if (!(error instanceof StoreException failure)) {
      return error;
    }
    return switch (failure.kind()) {
      case EXPIRED ->
          new TidemarkException(
              ErrorCode.TOO_SLOW,
              "one step took the reader so long that what it changed is not kept any longer",
              error);
      case VERSION_GONE ->
          new TidemarkException(ErrorCode.CHANGES_GONE, String.valueOf(error.getMessage()), error);
      case TOO_MANY_SNAPSHOTS ->
          new TidemarkException(ErrorCode.OVERLOADED, String.valueOf(error.getMessage()), error);
      case CLOSED ->
          new TidemarkException(
              ErrorCode.NODE_UNAVAILABLE,
              "the replica is being opened anew; go on from the last progress",
              error);
      default -> error;
    };
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      told.close();
      streams.leave();
    }
  }
}
