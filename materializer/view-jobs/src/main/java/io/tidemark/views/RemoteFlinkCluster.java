package io.tidemark.views;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.messages.FlinkJobNotFoundException;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.JobExceptionsHeaders;
import org.apache.flink.runtime.rest.messages.JobExceptionsInfoWithHistory.RootExceptionInfo;
import org.apache.flink.runtime.rest.messages.job.JobDetailsInfo;
import org.apache.flink.runtime.rest.messages.job.JobExceptionsMessageParameters;
import org.apache.flink.runtime.rest.util.RestClientException;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;

/**
 * Flink in processes of its own, by its REST interface. The processes must have the classes of this
 * module on their class path, keep {@value JobGraphs#RETAINED_CHECKPOINTS} checkpoints, and reach
 * the directory of the checkpoints.
 *
 * <p>Of a job that starts again by itself the reason comes as text only, so a failure is then an
 * exception with that text and not the original one.
 */
public final class RemoteFlinkCluster implements FlinkCluster {
  private static final int NOT_FOUND = 404;

  private final RestClusterClient<String> client;

  private RemoteFlinkCluster(RestClusterClient<String> client) {
    this.client = client;
  }

  /**
   * Connects to the job manager whose REST interface has that address. Does not wait for it: calls
   * are tried again for a while when it does not answer.
   */
  public static RemoteFlinkCluster connect(URI rest) {
    Configuration conf = new Configuration();
    conf.set(RestOptions.ADDRESS, rest.getHost());
    conf.set(RestOptions.PORT, rest.getPort());
    try {
      return new RemoteFlinkCluster(new RestClusterClient<>(conf, "tidemark"));
    } catch (Exception e) {
      throw new IllegalStateException("cannot connect to Flink at " + rest, e);
    }
  }

  @Override
  public CompletableFuture<Void> begin() {
    return client
        .listJobs()
        .thenCompose(
            jobs ->
                CompletableFuture.allOf(
                    jobs.stream()
                        .filter(job -> !job.getJobState().isGloballyTerminalState())
                        .map(JobStatusMessage::getJobId)
                        .map(this::cancel)
                        .toArray(CompletableFuture<?>[]::new)));
  }

  @Override
  public CompletableFuture<JobID> submit(StreamGraph job) {
    JobGraph graph = job.getJobGraph(RemoteFlinkCluster.class.getClassLoader(), job.getJobID());
    return client.submitJob(graph);
  }

  @Override
  public CompletableFuture<JobState> state(JobID job) {
    return client
        .getJobDetails(job)
        .thenCompose(details -> stateOf(job, details))
        .exceptionally(
            error -> {
              if (isUnknown(error)) {
                return new JobState(Phase.GONE, Optional.empty(), 0);
              }
              throw new IllegalStateException("Flink does not answer for job " + job, error);
            });
  }

  @Override
  public CompletableFuture<Void> cancel(JobID job) {
    return client
        .cancel(job)
        .handle((done, error) -> error)
        .thenCompose(
            error ->
                error == null
                    ? client.requestJobResult(job).<Void>handle((result, ended) -> null)
                    : CompletableFuture.completedFuture(null));
  }

  /** Leaves the cluster, whose jobs go on. */
  @Override
  public void close() {
    client.close();
  }

  private static boolean isUnknown(Throwable error) {
    return ExceptionUtils.findThrowable(error, FlinkJobNotFoundException.class).isPresent()
        || ExceptionUtils.findThrowable(error, RestClientException.class)
            .filter(answer -> answer.getHttpResponseStatus().code() == NOT_FOUND)
            .isPresent();
  }

  private CompletableFuture<JobState> stateOf(JobID job, JobDetailsInfo details) {
    CompletableFuture<Optional<Throwable>> failure =
        details.getJobStatus() == JobStatus.FAILED
            ? client
                .requestJobResult(job)
                .thenApply(result -> result.getSerializedThrowable().map(Throwable.class::cast))
            : newestFailure(job);
    return failure.thenCombine(
        skipped(job),
        (why, skipped) -> new JobState(phaseOf(details, why.isPresent()), why, skipped));
  }

  private CompletableFuture<Optional<Throwable>> newestFailure(JobID job) {
    JobExceptionsMessageParameters parameters = new JobExceptionsMessageParameters();
    parameters.jobPathParameter.resolve(job);
    return client
        .sendRequest(JobExceptionsHeaders.getInstance(), parameters, EmptyRequestBody.getInstance())
        .thenApply(
            exceptions -> {
              List<RootExceptionInfo> all =
                  new ArrayList<>(exceptions.getExceptionHistory().getEntries());
              return all.isEmpty()
                  ? Optional.empty()
                  : Optional.of(new IllegalStateException(all.get(0).getStacktrace()));
            });
  }

  private CompletableFuture<Long> skipped(JobID job) {
    return client
        .getAccumulators(job, RemoteFlinkCluster.class.getClassLoader())
        .thenApply(
            accumulators ->
                accumulators.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(Tap.SKIPPED))
                    .map(Map.Entry::getValue)
                    .mapToLong(count -> ((Number) count).longValue())
                    .sum());
  }

  private static Phase phaseOf(JobDetailsInfo details, boolean retried) {
    return switch (details.getJobStatus()) {
      case FAILED -> Phase.FAILED;
      case CANCELED, CANCELLING, FINISHED, SUSPENDED -> Phase.GONE;
      case FAILING, RESTARTING -> Phase.RESTARTING;
      case INITIALIZING, CREATED, RECONCILING -> Phase.STARTING;
      case RUNNING -> {
        boolean all =
            details.getJobVertexInfos().stream()
                .allMatch(vertex -> vertex.getExecutionState() == ExecutionState.RUNNING);
        yield all ? Phase.RUNNING : retried ? Phase.RESTARTING : Phase.STARTING;
      }
    };
  }
}
