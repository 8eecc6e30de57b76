package io.tidemark.standalone.demo;

import io.tidemark.log.LogAppender;
import io.tidemark.log.LogEvent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Appends many events in batches, several of them under way at a time. */
final class LogLoad {
  private static final int BATCH_EVENTS = 500;
  private static final int BATCHES_UNDER_WAY = 16;

  private final LogAppender appender;
  private final Predicate<LogEvent> isPresent;
  private final LongConsumer done;
  private final Semaphore room = new Semaphore(BATCHES_UNDER_WAY);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * A load that is yet to run.
   *
   * @param isPresent asked once for each event, in order: those that are in the log already
   * @param done hears how many events more are in the log; called by several threads
   */
  LogLoad(LogAppender appender, Predicate<LogEvent> isPresent, LongConsumer done) {
    this.appender = appender;
    this.isPresent = isPresent;
    this.done = done;
  }

  /**
   * Appends all events that are not present; returns when the last one is acknowledged.
   *
   * @throws CompletionException when an append failed; what was under way then may be in the log
   */
  void run(Iterator<LogEvent> events) throws InterruptedException {
    List<LogEvent> batch = new ArrayList<>(BATCH_EVENTS);
    long present = 0;
    while (events.hasNext() && failure.get() == null) {
      LogEvent event = events.next();
      if (isPresent.test(event)) {
        present++;
      } else {
        batch.add(event);
      }
      if (batch.size() == BATCH_EVENTS) {
        append(batch);
        batch = new ArrayList<>(BATCH_EVENTS);
      }
      if (present == BATCH_EVENTS) {
        done.accept(present);
        present = 0;
      }
    }
    if (!batch.isEmpty()) {
      append(batch);
    }
    done.accept(present);
    room.acquire(BATCHES_UNDER_WAY);
    Throwable failed = failure.get();
    if (failed != null) {
      throw new CompletionException(failed);
    }
  }

  private void append(List<LogEvent> batch) throws InterruptedException {
    room.acquire();
    CompletableFuture<?> unused =
        appender
            .append(batch)
            .whenComplete(
                (token, error) -> {
                  if (error == null) {
                    done.accept(batch.size());
                  } else {
                    failure.compareAndSet(null, error);
                  }
                  room.release();
                });
  }
}
