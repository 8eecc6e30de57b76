package io.tidemark.views;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** Where views' jobs run: in this process, or in processes of its own. Thread-safe. */
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
   * Ends the jobs that an earlier deployer has left behind, and completes when they have ended: the
   * next one begins where their last checkpoints are.
   */
  CompletableFuture<Void> begin();

  /** Submits a job; returns when the cluster has taken it, which is before it runs. */
  CompletableFuture<JobID> submit(StreamGraph job);

  /** How the job is doing. */
  CompletableFuture<JobState> state(JobID job);

  /** Cancels the job, keeps its checkpoints, and completes when it has ended. */
  CompletableFuture<Void> cancel(JobID job);

  /**
   * Lets go of the cluster. One that lives in this process stops with its jobs, whose checkpoints
   * stay.
   */
  @Override
  void close();
}
