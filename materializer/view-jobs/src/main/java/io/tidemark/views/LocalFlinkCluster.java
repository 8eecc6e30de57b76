package io.tidemark.views;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.messages.FlinkJobNotFoundException;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.OptionalFailure;
import org.apache.flink.util.SerializedValue;

/** Flink in this process, sized for a small machine. Takes three to four seconds to start. */
public final class LocalFlinkCluster implements FlinkCluster {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final MiniCluster cluster;
  private int crashes;

  private LocalFlinkCluster(MiniCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Starts it.
   *
   * @param slots tasks of one kind that can run at once: a view needs as many as its parallelism
   * @throws IllegalStateException when it does not start; the cause says why
   */
  public static LocalFlinkCluster start(int slots) {
    Configuration conf = new Configuration();
    conf.set(RestOptions.BIND_PORT, "0");
    conf.set(RestOptions.ADDRESS, "127.0.0.1");
    conf.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
    conf.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
    conf.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
    // For all slots together. By default each has its share of the managed memory, some MiB, and
    // RocksDB then does nothing but write small files and merge them.
    conf.set(RocksDBOptions.USE_MANAGED_MEMORY, false);
    conf.set(RocksDBOptions.FIX_PER_TM_MEMORY_SIZE, MemorySize.ofMebiBytes(128));
    // A file's filter and index are as large as what a shard of that cache may hold: whole ones
    // are read again for nearly every look-up as soon as there are some million keys.
    conf.set(RocksDBOptions.USE_PARTITIONED_INDEX_FILTERS, true);
    conf.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, JobGraphs.RETAINED_CHECKPOINTS);
    // Heartbeats carry the counts of skipped events.
    conf.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
    conf.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofSeconds(60));
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(conf)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .withRandomPorts()
                .build());
    try {
      cluster.start();
      return new LocalFlinkCluster(cluster);
    } catch (Exception e) {
      cluster.closeAsync();
      throw new IllegalStateException("Flink did not start: " + e.getMessage(), e);
    }
  }

  /** An earlier deployer's jobs have ended with its process. */
  @Override
  public CompletableFuture<Void> begin() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<JobID> submit(StreamGraph job) {
    return cluster.submitJob(job).thenApply(result -> result.getJobID());
  }

  @Override
  public CompletableFuture<JobState> state(JobID job) {
    return cluster
        .getExecutionGraph(job)
        .handle(
            (graph, error) -> {
              if (graph != null) {
                return stateOf(graph);
              }
              if (ExceptionUtils.findThrowable(error, FlinkJobNotFoundException.class)
                  .isPresent()) {
                return new JobState(Phase.GONE, Optional.empty(), 0);
              }
              throw new IllegalStateException("Flink does not answer for job " + job, error);
            });
  }

  @Override
  public CompletableFuture<Void> cancel(JobID job) {
    return cluster
        .cancelJob(job)
        .handle((done, error) -> error)
        .thenCompose(
            error ->
                error == null
                    ? cluster.requestJobResult(job).<Void>thenApply(result -> null)
                    : CompletableFuture.completedFuture(null));
  }

  /**
   * The process of the tasks dies, and another takes its place: every job goes back to its newest
   * checkpoint. For those who want to see that it does.
   */
  void crash() throws Exception {
    cluster.terminateTaskManager(crashes++).get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    cluster.startTaskManager();
  }

  @Override
  public void close() {
    try {
      cluster.closeAsync().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Flink did not stop: " + e.getMessage(), e);
    }
  }

  private static JobState stateOf(AccessExecutionGraph graph) {
    return new JobState(phaseOf(graph), failureOf(graph), skippedBy(graph));
  }

  private static Phase phaseOf(AccessExecutionGraph graph) {
    JobStatus status = graph.getState();
    return switch (status) {
      case FAILED -> Phase.FAILED;
      case CANCELED, CANCELLING, FINISHED, SUSPENDED -> Phase.GONE;
      case FAILING, RESTARTING -> Phase.RESTARTING;
      case INITIALIZING, CREATED, RECONCILING -> Phase.STARTING;
      case RUNNING -> phaseOfRunning(graph);
    };
  }

  private static Phase phaseOfRunning(AccessExecutionGraph graph) {
    boolean retried = false;
    for (AccessExecutionJobVertex vertex : graph.getVerticesTopologically()) {
      for (AccessExecutionVertex task : vertex.getTaskVertices()) {
        if (task.getExecutionState() != ExecutionState.RUNNING) {
          retried |= task.getCurrentExecutionAttempt().getAttemptNumber() > 0;
          if (!retried) {
            return Phase.STARTING;
          }
        }
      }
    }
    return retried ? Phase.RESTARTING : Phase.RUNNING;
  }

  private static Optional<Throwable> failureOf(AccessExecutionGraph graph) {
    ErrorInfo info = graph.getFailureInfo();
    return info == null
        ? Optional.empty()
        : Optional.of(
            info.getException().deserializeError(LocalFlinkCluster.class.getClassLoader()));
  }

  private static long skippedBy(AccessExecutionGraph graph) {
    long skipped = 0;
    for (Map.Entry<String, SerializedValue<OptionalFailure<Object>>> entry :
        graph.getAccumulatorsSerialized().entrySet()) {
      if (entry.getKey().startsWith(Tap.SKIPPED)) {
        try {
          Object count =
              entry
                  .getValue()
                  .deserializeValue(LocalFlinkCluster.class.getClassLoader())
                  .getUnchecked();
          skipped += ((Number) count).longValue();
        } catch (Exception e) {
          throw new IllegalStateException("cannot read the count " + entry.getKey(), e);
        }
      }
    }
    return skipped;
  }
}
