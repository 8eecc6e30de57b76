package io.tidemark.views;

import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewState;
import io.tidemark.schemas.catalog.ViewStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a view's job to run: from its newest complete checkpoint, from an older one when that
 * cannot be restored, from nothing when none can.
 *
 * <p>Each attempt is a generation of its own, which is published before it is submitted: the
 * writers of a job that was thought dead can then never be taken for those of the next one.
 */
final class JobStarter {
  private static final Logger LOG = LoggerFactory.getLogger(JobStarter.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MS = 25;
  private static final long CALL_TIMEOUT_S = 60;

  private enum Outcome {
    RUNNING,
    UNUSABLE_CHECKPOINT,
    FAILED,
    SLOW
  }

  private record Started(Outcome outcome, Optional<Throwable> failure) {}

  private final ViewPlanner planner;
  private final ViewCatalog catalog;
  private final FlinkCluster cluster;
  private final Path root;

  JobStarter(ViewPlanner planner, ViewCatalog catalog, FlinkCluster cluster, Path root) {
    this.planner = planner;
    this.catalog = catalog;
    this.cluster = cluster;
    this.root = root;
  }

  Checkpoints checkpoints(ViewDefinition definition) {
    return new Checkpoints(root, definition.getView(), definition.getVersion());
  }

  /**
   * Starts the job; returns when it runs, has failed for good, or takes too long to wait for.
   *
   * @throws RuntimeException when it did not start for a reason that may pass
   */
  ViewJob start(ViewDefinition definition) throws InterruptedException {
    Checkpoints checkpoints = checkpoints(definition);
    checkpoints.open();
    List<@Nullable Path> attempts = new ArrayList<>(checkpoints.complete());
    attempts.add(null);
    ViewStatus last = lastStatus(definition);
    for (Path checkpoint : attempts) {
      ViewStatus starting =
          ViewStatus.newBuilder(last)
              .setGeneration(last.getGeneration() + 1)
              .setState(ViewState.STARTING)
              .setMessage("")
              .build();
      catalog.publish(starting);
      last = starting;
      long generation = starting.getGeneration();
      StreamGraph graph =
          planner.job(
              definition,
              generation,
              JobGraphs.configuration(definition, checkpoints.directory(generation)));
      if (checkpoint != null) {
        JobGraphs.restoreFrom(checkpoint, graph);
      }
      JobID id = await(cluster.submit(graph));
      try {
        Started started = awaitStart(id, checkpoint);
        if (started.outcome() == Outcome.UNUSABLE_CHECKPOINT) {
          LOG.warn(
              "View {} cannot be restored from {}: {}",
              definition.getView(),
              checkpoint,
              JobFailures.describe(started.failure()));
          await(cluster.cancel(id));
          continue;
        }
        if (started.outcome() == Outcome.FAILED
            && !started.failure().map(JobFailures::isFinal).orElse(false)) {
          throw new IllegalStateException(
              "the job did not start: " + JobFailures.describe(started.failure()));
        }
        if (started.outcome() == Outcome.RUNNING) {
          checkpoints.prune(generation, Optional.ofNullable(checkpoint));
        }
        ViewStatus status = statusOf(starting, started);
        catalog.publish(status);
        return new ViewJob(definition, id, status, checkpoint != null);
      } catch (RuntimeException e) {
        // Nobody would look after it.
        cluster.cancel(id);
        throw e;
      }
    }
    throw new IllegalStateException("the last attempt needs no checkpoint");
  }

  /**
   * Deletes what a job was restored from, once it has a checkpoint of its own.
   *
   * @return the job as it is then
   */
  ViewJob settle(ViewJob job) {
    Checkpoints checkpoints = checkpoints(job.definition());
    long generation = job.published().getGeneration();
    if (!job.restored() || !checkpoints.hasOneOf(generation)) {
      return job;
    }
    checkpoints.prune(generation, Optional.empty());
    return job.withCheckpoint();
  }

  private ViewStatus lastStatus(ViewDefinition definition) {
    return catalog
        .status(definition.getView())
        .filter(status -> status.getVersion() == definition.getVersion())
        .orElseGet(
            () ->
                ViewStatus.newBuilder()
                    .setView(definition.getView())
                    .setVersion(definition.getVersion())
                    .setGeneration(0)
                    .setState(ViewState.STARTING)
                    .build());
  }

  private static ViewStatus statusOf(ViewStatus starting, Started started) {
    ViewState state =
        switch (started.outcome()) {
          case RUNNING -> ViewState.RUNNING;
          case FAILED -> ViewState.FAILED;
          case SLOW, UNUSABLE_CHECKPOINT -> ViewState.RESTARTING;
        };
    return ViewStatus.newBuilder(starting)
        .setState(state)
        .setMessage(state == ViewState.RUNNING ? "" : JobFailures.describe(started.failure()))
        .build();
  }

  private Started awaitStart(JobID id, @Nullable Path checkpoint) throws InterruptedException {
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      FlinkCluster.JobState state = await(cluster.state(id));
      Optional<Throwable> failure = state.failure();
      switch (state.phase()) {
        case RUNNING:
          return new Started(Outcome.RUNNING, failure);
        case FAILED:
        case GONE:
          boolean hopeless = checkpoint == null || failure.map(JobFailures::isFinal).orElse(false);
          return new Started(hopeless ? Outcome.FAILED : Outcome.UNUSABLE_CHECKPOINT, failure);
        case RESTARTING:
          if (checkpoint != null && failure.map(JobFailures::isOfRestore).orElse(false)) {
            return new Started(Outcome.UNUSABLE_CHECKPOINT, failure);
          }
          break;
        case STARTING:
          break;
      }
      if (System.nanoTime() - deadlineNs > 0) {
        return new Started(Outcome.SLOW, failure);
      }
      Thread.sleep(POLL_MS);
    }
  }

  static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(CALL_TIMEOUT_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Flink: " + JobFailures.describe(Optional.of(e)), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("Flink does not answer", e);
    }
  }
}
