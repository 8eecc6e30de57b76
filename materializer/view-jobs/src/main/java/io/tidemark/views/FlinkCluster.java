package io.tidemark.views;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;

/**
 * Where views' jobs run. Thread-safe.
 *
 * <p>The one implementation so far is {@link LocalFlinkCluster}; a remote cluster would be another.
 */
public interface FlinkCluster extends AutoCloseable {
  /** How a job is doing. */
  enum Phase {
    /** Not all of its tasks run yet. */
    STARTING,
    /** All of its tasks run. */
    RUNNING,
    /** It has failed and starts again by itself. */
    RESTARTING,
    /** It has failed for good. */
    FAILED,
    /** It was cancelled, or the cluster does not know it. */
    GONE
  }

  /**
   * A job at one moment.
   *
   * @param failure what made it fail last
   * @param skippedEvents events that it has skipped because they could not be decoded
   */
  record JobState(Phase phase, Optional<Throwable> failure, long skippedEvents) {}

  /**
   * Submits a job; returns when the cluster has taken it, which is before it runs.
   *
   * @param checkpoint directory of the checkpoint to restore from, {@code null} to start from
   *     nothing
   */
  CompletableFuture<JobID> submit(StreamGraph job, @Nullable String checkpoint);

  /** How the job is doing. */
  CompletableFuture<JobState> state(JobID job);

  /** Cancels the job, keeps its checkpoints, and completes when it has ended. */
  CompletableFuture<Void> cancel(JobID job);

  /** Stops the cluster and its jobs; their checkpoints stay. */
  @Override
  void close();
}
