package io.tidemark.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a view, batch by batch; see {@link TidemarkClient#changes}. One thread takes
 * batches, any thread closes.
 *
 * <p>Whoever applies the rows of all batches up to one with a progress has exactly the rows that
 * the view had there. Between two progresses lies one step of the view or several; what a slow
 * reader has missed it gets as one. Nothing is fetched ahead of the reader but what the connection
 * holds.
 *
 * <p>When the connection breaks, or the node has given up on a slow reader, the feed connects again
 * and goes on behind the last progress. A step that had begun comes again then, and may have become
 * a longer one. So do not show others the rows of a step before its progress.
 */
public final class ChangeFeed implements AutoCloseable {
  private static final int MOST_ROWS = 1_000;
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 2_000;
  private static final Duration TRIES_FOR = Duration.ofSeconds(60);

  private final Http http;
  private final String path;
  private final @Nullable String token;
  private final Duration timeout;
  private final Function<JsonNode, Row> rowOf;
  private final Function<JsonNode, ReadInfo> progressOf;
  private final CountDownLatch closed = new CountDownLatch(1);

  private volatile @Nullable EventStream events;
  private @Nullable String lastEventId;

  /** Connects. */
  ChangeFeed(
      Http http,
      String path,
      @Nullable String token,
      Duration timeout,
      Function<JsonNode, Row> rowOf,
      Function<JsonNode, ReadInfo> progressOf) {
    this.http = http;
    this.path = path;
    this.token = token;
    this.timeout = timeout;
    this.rowOf = rowOf;
    this.progressOf = progressOf;
    this.events = connect();
  }

  /**
   * Waits for the next batch, for as long as it takes. While the node cannot be reached it tries
   * for a minute.
   *
   * @throws TidemarkException with the code that the node gave, {@link ErrorCode#CHANGES_GONE} or
   *     {@link ErrorCode#UNKNOWN_VIEW} for example, or {@link ErrorCode#NODE_UNAVAILABLE}. Where it
   *     may be tried again, the next call does that
   * @throws IllegalStateException when the feed has been closed
   */
  public ChangeBatch next() {
    long since = System.nanoTime();
    for (long pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      TidemarkException failure;
      try {
        EventStream open = events;
        if (open == null) {
          open = connect();
          events = open;
        }
        return batch(open);
      } catch (IOException e) {
        failure = http.unavailable("GET", path, e);
      } catch (TidemarkException e) {
        failure = e;
      }
      disconnect();
      requireOpen();
      boolean again =
          failure.code() == ErrorCode.NODE_UNAVAILABLE || failure.code() == ErrorCode.TOO_SLOW;
      if (!again || System.nanoTime() - since > TRIES_FOR.toNanos() || pause(pauseMs)) {
        throw failure;
      }
    }
  }

  private EventStream connect() {
    EventStream open = http.events(path, token, lastEventId, timeout);
    if (closed.getCount() == 0) {
      close(open);
    }
    return open;
  }

  private ChangeBatch batch(EventStream open) throws IOException {
    boolean reset = false;
    List<Row> rows = new ArrayList<>();
    while (rows.size() < MOST_ROWS) {
      EventStream.Event event = open.next();
      JsonNode data = http.mapper().readTree(event.data());
      switch (event.name()) {
        case "reset" -> reset = true;
        case "row" -> rows.add(rowOf.apply(data));
        case "progress" -> {
          lastEventId = event.id();
          return new ChangeBatch(reset, List.copyOf(rows), Optional.of(progressOf.apply(data)));
        }
        case "error" -> throw http.error(data);
        default -> {
          // Of a later version.
        }
      }
    }
    return new ChangeBatch(reset, List.copyOf(rows), Optional.empty());
  }

  /** Whether the caller is to stop instead. */
  private boolean pause(long millis) {
    try {
      closed.await(millis, TimeUnit.MILLISECONDS);
      requireOpen();
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void requireOpen() {
    if (closed.getCount() == 0) {
      throw new IllegalStateException("the feed has been closed");
    }
  }

  private void disconnect() {
    EventStream open = events;
    events = null;
    if (open != null) {
      close(open);
    }
  }

  private static void close(EventStream open) {
    try {
      open.close();
    } catch (IOException e) {
      throw new IllegalStateException("a connection does not close", e);
    }
  }

  /** Ends the feed; a call of {@link #next} that waits ends with IllegalStateException. */
  @Override
  public void close() {
    closed.countDown();
    EventStream open = events;
    if (open != null) {
      close(open);
    }
  }
}
