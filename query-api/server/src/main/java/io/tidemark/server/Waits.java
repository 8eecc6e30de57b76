package io.tidemark.server;

import io.tidemark.log.LogEnds;
import io.tidemark.log.Position;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes reads wait until the shards are as far as required. Thread-safe. Whoever waits is woken by
 * the tailer that makes the progress visible, so waiting costs no polling.
 *
 * <p>A log may end in a gap: transaction markers and aborted events, which no source ever reports
 * as read. When a wait stalls, the gap is looked into, once for all that wait for the shard.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures are dealt with where the futures end
final class Waits implements AutoCloseable {
  private static final long FIRST_LOOK_MS = 10;
  private static final long PAUSE_MS = 2;
  private static final long DOUBT_AFTER_MS = 50;
  private static final long LONGEST_PAUSE_MS = 160;
  // Also a read that may not wait needs the answer of a look-up that it must make.
  private static final long LOOK_UP_GRACE_MS = 50;

  /** Nothing is waited for; most reads get this one. */
  static final CompletableFuture<Void> MET = CompletableFuture.completedFuture(null);

  private final LogEnds ends;
  private final Function<ServedView, @Nullable ViewStatus> failedOf;
  private final int maxWaits;
  private final AtomicInteger waiting = new AtomicInteger();
  private final ScheduledThreadPoolExecutor timer;

  Waits(LogEnds ends, Function<ServedView, @Nullable ViewStatus> failedOf, int maxWaits) {
    this.ends = ends;
    this.failedOf = failedOf;
    this.maxWaits = maxWaits;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "tidemark-waits");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
  }

  /** How many reads wait for a shard at this moment. */
  int waiting() {
    return waiting.get();
  }

  /**
   * Completes when every shard meets what is required of it; at once when all do already. May
   * complete on any thread.
   */
  CompletableFuture<Void> await(
      ServedView view,
      Collection<Shard> shards,
      Function<Shard, Requirement> required,
      ReadOptions options) {
    List<CompletableFuture<Void>> unmet = List.of();
    for (Shard shard : shards) {
      Requirement requirement = required.apply(shard);
      if (!shard.meets(requirement)) {
        if (unmet.isEmpty()) {
          unmet = new ArrayList<>();
        }
        unmet.add(await(view, shard, requirement, options));
      }
    }
    return switch (unmet.size()) {
      case 0 -> MET;
      case 1 -> unmet.get(0);
      default -> CompletableFuture.allOf(unmet.toArray(CompletableFuture<?>[]::new));
    };
  }

  private CompletableFuture<Void> await(
      ServedView view, Shard shard, Requirement requirement, ReadOptions options) {
    if (waiting.incrementAndGet() > maxWaits) {
      waiting.decrementAndGet();
      return CompletableFuture.failedFuture(
          new TidemarkException(
              ErrorCode.OVERLOADED,
              maxWaits + " reads wait on this node already; try again later or read at eventual"));
    }
    Shard.Wait wait = shard.await(requirement);
    ScheduledFuture<?> deadline =
        schedule(
            () -> wait.met().completeExceptionally(late(view, shard, requirement, options)),
            options.remainingMs());
    if (!wait.met().isDone()) {
      watch(view, shard);
      Position named = options.named();
      if (named != null) {
        schedule(() -> doubt(view, shard, named, wait), DOUBT_AFTER_MS);
      }
    }
    return wait.met()
        .whenComplete(
            (met, error) -> {
              waiting.decrementAndGet();
              if (deadline != null) {
                deadline.cancel(false);
              }
              if (error != null) {
                shard.forget(wait);
              }
            });
  }

  /**
   * A token that is not reached for a while may never be: nothing that was appended or read lies
   * behind the ends that are looked up after it was handed in.
   */
  private void doubt(ServedView view, Shard shard, Position all, Shard.Wait wait) {
    if (wait.met().isDone()) {
      return;
    }
    Position named =
        all.restrictedTo(
            topic -> view.sources().contains(topic) || topic.equals(shard.changelog()));
    Set<String> topics = new TreeSet<>();
    named.forEach((topic, partition, offset) -> topics.add(topic));
    ends.ends(topics)
        .thenAccept(
            position -> {
              if (!position.covers(named)) {
                wait.met().completeExceptionally(ahead(named, position));
              }
            });
  }

  private static TidemarkException ahead(Position named, Position ends) {
    return new TidemarkException(
        ErrorCode.TOKEN_AHEAD,
        ("the token names %s, but the logs end at %s: it is of a log that was deleted and made anew"
                + " or that has lost events; begin a new session without it")
            .formatted(named, ends));
  }

  /** Gives up a look-up at Kafka when the request may no longer wait. */
  <T> CompletableFuture<T> withDeadline(
      CompletableFuture<T> lookUp, Set<String> logs, ReadOptions options) {
    if (lookUp.isDone()) {
      return lookUp;
    }
    CompletableFuture<T> bounded = new CompletableFuture<>();
    ScheduledFuture<?> deadline =
        schedule(
            () ->
                bounded.completeExceptionally(
                    new TidemarkException(
                        ErrorCode.LOG_UNAVAILABLE,
                        "within %d ms Kafka did not say where the logs %s end"
                            .formatted(options.timeoutMs(), new TreeSet<>(logs)))),
            lookUpTimeout(options).toMillis());
    lookUp.whenComplete(
        (answer, error) -> {
          if (deadline != null) {
            deadline.cancel(false);
          }
          if (error == null) {
            bounded.complete(answer);
          } else {
            bounded.completeExceptionally(error);
          }
        });
    return bounded;
  }

  /** How long a look-up may take that the request needs. */
  static Duration lookUpTimeout(ReadOptions options) {
    return Duration.ofMillis(options.remainingMs() + LOOK_UP_GRACE_MS);
  }

  /** Completes a moment later, on a thread where nothing may take time. */
  CompletableFuture<Void> pause() {
    CompletableFuture<Void> over = new CompletableFuture<>();
    schedule(() -> over.complete(null), PAUSE_MS);
    return over;
  }

  /** What to say when a shard did not get there in time. */
  TidemarkException late(
      ServedView view, Shard shard, Requirement requirement, ReadOptions options) {
    TidemarkException failed = failure(view);
    return failed == null ? new Lateness(view, shard, requirement, options).error() : failed;
  }

  /** Why the view's rows do not advance; {@code null} while they may. */
  @Nullable TidemarkException failure(ServedView view) {
    ViewStatus failed = failedOf.apply(view);
    if (failed == null) {
      return null;
    }
    String behind =
        failed.getView().equals(view.name())
            ? "its rows do not advance"
            : "nor do the rows of view %s advance, which reads it".formatted(view.name());
    return new TidemarkException(
        ErrorCode.VIEW_FAILED,
        "the job of view %s has failed, %s: %s"
            .formatted(failed.getView(), behind, failed.getMessage()));
  }

  private void watch(ServedView view, Shard shard) {
    if (shard.startWatch()) {
      schedule(() -> look(view, shard, FIRST_LOOK_MS), FIRST_LOOK_MS);
    }
  }

  /** Somebody has waited for a while: is it only for a gap, or for a job that has failed? */
  private void look(ServedView view, Shard shard, long pauseMs) {
    Position awaited = shard.awaited();
    if (awaited == null) {
      shard.endWatch();
      if (shard.awaited() != null) {
        watch(view, shard);
      }
      return;
    }
    Runnable again =
        () ->
            schedule(
                () -> look(view, shard, Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)),
                Math.min(LONGEST_PAUSE_MS, 2 * pauseMs));
    lookIntoGaps(shard, awaited)
        .whenComplete(
            (done, error) -> {
              TidemarkException failed = failure(view);
              if (failed != null) {
                shard.giveUp(failed);
              }
              again.run();
            });
  }

  /** Tells the shard which of the missing offsets hold no events. */
  CompletableFuture<Void> lookIntoGaps(Shard shard, Position awaited) {
    Position reflected = shard.reflected();
    if (!shard.visible().visible() || reflected.covers(awaited)) {
      return CompletableFuture.completedFuture(null);
    }
    return ends.withoutGaps(shard.logIds(), reflected, awaited)
        .thenAccept(
            lowered -> {
              Position.Builder gapEnds = Position.builder();
              awaited.forEach(
                  (log, partition, offset) -> {
                    if (lowered.offset(log, partition) < offset) {
                      gapEnds.advance(log, partition, offset);
                    }
                  });
              shard.reflectsGaps(gapEnds.build());
            });
  }

  private @Nullable ScheduledFuture<?> schedule(Runnable task, long delayMs) {
    try {
      return timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The node is closing; so are all its shards, and that ends every wait.
      return null;
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
