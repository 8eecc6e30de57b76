package io.tidemark.server;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The streams of changes that run on this node, a thread for each. Thread-safe. */
final class Streams implements AutoCloseable {
  private static final long STOP_MS = 2_000;

  private final ChangesConfig config;
  private final AtomicInteger places = new AtomicInteger();
  private final Set<ChangeStream> running = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "tidemark-changes");
            thread.setDaemon(true);
            return thread;
          });

  Streams(ChangesConfig config) {
    this.config = config;
  }

  ChangesConfig config() {
    return config;
  }

  /** How many streams there are, or are about to begin. */
  int count() {
    return places.get();
  }

  /** What all of them have written and their readers not taken. */
  long unsentBytes() {
    return running.stream().mapToLong(ChangeStream::unsentBytes).sum();
  }

  /**
   * Takes a place, which {@link #leave} gives back.
   *
   * @throws TidemarkException {@link ErrorCode#OVERLOADED} when there is none
   */
  void enter() {
    if (places.incrementAndGet() > config.maxStreams()) {
      places.decrementAndGet();
      throw new TidemarkException(
          ErrorCode.OVERLOADED,
          config.maxStreams() + " streams of changes run on this node already; try again later");
    }
  }

  void leave() {
    places.decrementAndGet();
  }

  /** Runs a stream that has a place, until it ends. */
  void run(ChangeStream stream) {
    running.add(stream);
    try {
      threads.execute(
          () -> {
            try {
              stream.run();
            } finally {
              running.remove(stream);
            }
          });
    } catch (RejectedExecutionException e) {
      running.remove(stream);
      throw new TidemarkException(ErrorCode.NODE_UNAVAILABLE, "the node is stopping", e);
    }
  }

  /** Ends all streams; their readers hear that they are to come back. */
  @Override
  public void close() throws InterruptedException {
    threads.shutdown();
    running.forEach(ChangeStream::stop);
    if (!threads.awaitTermination(STOP_MS, TimeUnit.MILLISECONDS)) {
      threads.shutdownNow();
    }
  }
}
