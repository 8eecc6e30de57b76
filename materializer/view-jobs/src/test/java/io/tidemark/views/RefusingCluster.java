package io.tidemark.views;

import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** A cluster that does not answer when some jobs are submitted. */
record RefusingCluster(FlinkCluster cluster, Predicate<StreamGraph> refused)
    implements FlinkCluster {
  @Override
  public CompletableFuture<Void> begin() {
    return cluster.begin();
  }

  @Override
  public CompletableFuture<JobID> submit(StreamGraph job) {
    return refused.test(job)
        ? CompletableFuture.failedFuture(new IllegalStateException("no answer"))
        : cluster.submit(job);
  }

  @Override
  public CompletableFuture<JobState> state(JobID job) {
    return cluster.state(job);
  }

  @Override
  public CompletableFuture<Void> cancel(JobID job) {
    return cluster.cancel(job);
  }

  @Override
  public void close() {
    cluster.close();
  }
}
