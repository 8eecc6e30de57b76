package io.tidemark.server;

import io.tidemark.log.LogEnds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewState;
import io.tidemark.schemas.catalog.ViewStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes reads wait until the shards are as far as their level demands. Thread-safe.
 *
 * <p>Eventual waits for nothing but an open shard. Session waits until a shard reflects the token.
 * Strong looks up where the logs end, after the request arrived, and then waits in the same way.
 * Whoever waits is woken by the tailer that makes the progress visible, so waiting costs no
 * polling.
 *
 * <p>A log may end in a gap: transaction markers and aborted events, which no source ever reports
 * as read. When a wait stalls, the gap is looked into, once for all that wait for the shard.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures are dealt with where the futures end
final class Waits implements AutoCloseable {
  private static final long FIRST_LOOK_MS = 10;
  private static final long LONGEST_PAUSE_MS = 160;

  private final LogEnds ends;
  private final Function<ServedView, @Nullable ViewStatus> statusOf;
  private final int maxWaits;
  private final AtomicInteger waiting = new AtomicInteger();
  private final ScheduledThreadPoolExecutor timer;

  Waits(LogEnds ends, Function<ServedView, @Nullable ViewStatus> statusOf, int maxWaits) {
    this.ends = ends;
    this.statusOf = statusOf;
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
   * Completes when all of the shards are good enough to be read; at once when they are already. May
   * complete on any thread.
   */
  CompletableFuture<Void> await(ServedView view, Collection<Shard> shards, ReadOptions options) {
    return switch (options.level()) {
      case EVENTUAL -> awaitAll(view, shards, options, false, Position.empty());
      case SESSION -> awaitAll(view, shards, options, true, Position.empty());
      case STRONG -> {
        CompletableFuture<Void> whole =
            ends.ends(view.sources())
                .thenCompose(wanted -> awaitAll(view, shards, options, true, wanted));
        yield withDeadline(whole, view, options);
      }
      case BOUNDED, SNAPSHOT -> throw Level.unsupported("consistency=" + options.level().text());
    };
  }

  private CompletableFuture<Void> awaitAll(
      ServedView view,
      Collection<Shard> shards,
      ReadOptions options,
      boolean withToken,
      Position wanted) {
    List<CompletableFuture<Void>> unmet = new ArrayList<>();
    for (Shard shard : shards) {
      Requirement requirement = new Requirement(wanted, 0);
      if (withToken && options.token() != null) {
        requirement = requirement.and(ofToken(view, shard, options.token()));
      }
      if (!shard.meets(requirement)) {
        unmet.add(await(view, shard, requirement, options));
      }
    }
    return unmet.size() == 1
        ? unmet.get(0)
        : CompletableFuture.allOf(unmet.toArray(CompletableFuture<?>[]::new));
  }

  /**
   * What the token says about this shard; logs that the view does not read say nothing. A read of a
   * view that this one reads counts by the changelog offset that it saw.
   */
  private static Requirement ofToken(ServedView view, Shard shard, Token token) {
    Position position = token.position();
    return new Requirement(
        position.restrictedTo(view.known()::contains),
        position.offset(shard.changelog(), shard.number()));
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
            remainingMs(options));
    if (!wait.met().isDone()) {
      watch(view, shard);
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

  private CompletableFuture<Void> withDeadline(
      CompletableFuture<Void> whole, ServedView view, ReadOptions options) {
    if (whole.isDone()) {
      return whole;
    }
    CompletableFuture<Void> bounded = new CompletableFuture<>();
    // A shard's own deadline says more, so it comes first when both are over.
    ScheduledFuture<?> deadline =
        schedule(
            () ->
                bounded.completeExceptionally(
                    new TidemarkException(
                        ErrorCode.LOG_UNAVAILABLE,
                        "within %d ms Kafka did not say where the logs %s end"
                            .formatted(options.timeoutMs(), view.sources()))),
            remainingMs(options) + 50);
    whole.whenComplete(
        (met, error) -> {
          if (deadline != null) {
            deadline.cancel(false);
          }
          if (error == null) {
            bounded.complete(null);
          } else {
            bounded.completeExceptionally(error);
          }
        });
    return bounded;
  }

  private static long remainingMs(ReadOptions options) {
    long elapsedMs = (System.nanoTime() - options.arrivedNs()) / 1_000_000;
    return Math.max(0, options.timeoutMs() - elapsedMs);
  }

  private TidemarkException late(
      ServedView view, Shard shard, Requirement requirement, ReadOptions options) {
    TidemarkException failed = failure(view);
    if (failed != null) {
      return failed;
    }
    ReplicaState state = shard.visible();
    String trouble = shard.trouble();
    String where =
        "within %d ms shard %d of view %s did not get to what %s demands: wanted %s, reached %s%s%s"
            .formatted(
                options.timeoutMs(),
                shard.number(),
                view.name(),
                options.level().text(),
                requirement.position(),
                state.frontier(),
                requirement.changelogOffset() > state.nextOffset()
                    ? ", wanted changelog offset %d, reached %d"
                        .formatted(requirement.changelogOffset(), state.nextOffset())
                    : "",
                trouble == null ? "" : "; the shard has stopped: " + trouble);
    return state.building()
        ? new TidemarkException(ErrorCode.VIEW_BUILDING, where + "; the view is still being built")
        : new TidemarkException(ErrorCode.DEADLINE_EXCEEDED, where);
  }

  private @Nullable TidemarkException failure(ServedView view) {
    ViewStatus status = statusOf.apply(view);
    return status != null && status.getState() == ViewState.FAILED
        ? new TidemarkException(
            ErrorCode.VIEW_FAILED,
            "the job of view %s has failed, its rows do not advance: %s"
                .formatted(view.name(), status.getMessage()))
        : null;
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
    return ends.withoutGaps(reflected, awaited)
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
