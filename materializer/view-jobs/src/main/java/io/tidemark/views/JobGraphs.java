package io.tidemark.views;

import io.tidemark.schemas.catalog.ViewDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.graph.StreamingJobGraphGenerator;
import org.apache.flink.streaming.runtime.partitioner.ForwardPartitioner;
import org.apache.flink.streaming.runtime.partitioner.KeyGroupStreamPartitioner;
import org.rocksdb.CompressionType;

/** How Flink runs a view's job. */
final class JobGraphs {
  /**
   * Checkpoints that are kept; see the oldestRetained of a CheckpointMark. A setting of the
   * cluster, not of the job.
   */
  static final int RETAINED_CHECKPOINTS = 3;

  private static final Duration RESTART_DELAY = Duration.ofMillis(500);

  private JobGraphs() {}

  /** Flink's settings for the job of that view. */
  static Configuration configuration(ViewDefinition definition, Path checkpoints) {
    ViewOptions options = ViewOptions.parse(definition.getOptions());
    Duration interval = options.checkpointInterval(JobSettings.barriers(definition));
    Configuration conf = new Configuration();
    conf.set(PipelineOptions.MAX_PARALLELISM, 128);
    // Operators of a query may keep the rows that they get, and the operators before them fill the
    // same row again; between them there is no exchange that would copy it.
    conf.set(PipelineOptions.OBJECT_REUSE, false);
    conf.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ZERO);
    conf.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ofMillis(1));

    conf.set(StateBackendOptions.STATE_BACKEND, options.stateBackend());
    // Each event asks for its key's state, new keys' too: without filters a block of each file is
    // read, and decompressed, to find nothing.
    conf.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
    conf.set(
        RocksDBConfigurableOptions.COMPRESSION_PER_LEVEL, List.of(CompressionType.NO_COMPRESSION));
    // Only what has changed since the last one, which is little, or nothing: whole ones of millions
    // of keys would be written every few seconds, events or not. State on the heap is always
    // written whole.
    conf.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    conf.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, interval);
    conf.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
    // A cut is what lies before an aligned barrier.
    conf.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
    conf.set(CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS, 1);
    conf.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 100);
    conf.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    conf.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    // Small state goes into the one metadata file instead of a file per operator.
    conf.set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.parse("256kb"));
    conf.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);

    // Not with delays that grow: Flink reckons those by the time of day, and when that is set back
    // between two failures, it waits for as long as it was set back.
    conf.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    conf.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    conf.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, RESTART_DELAY);
    return conf;
  }

  /**
   * Has the job begin with the state of that checkpoint, which it does not claim: its own begin
   * with a whole one, so that none of them needs a file of the other, as {@link Checkpoints} has
   * it.
   */
  static void restoreFrom(Path checkpoint, StreamGraph graph) {
    graph.setSavepointRestoreSettings(
        SavepointRestoreSettings.forPath(checkpoint.toString(), false, RecoveryClaimMode.NO_CLAIM));
  }

  /**
   * Spares jobs the exchange of rows where there is only one subtask to send them to: the operators
   * are then one chain in one thread. The planner always asks for an exchange before an operator
   * with a key.
   */
  static void chainSingleSubtasks(StreamGraph graph) {
    for (StreamNode node : graph.getStreamNodes()) {
      for (StreamEdge edge : node.getOutEdges()) {
        StreamNode target = graph.getStreamNode(edge.getTargetId());
        if (edge.getPartitioner() instanceof KeyGroupStreamPartitioner
            && node.getParallelism() == 1
            && target.getParallelism() == 1) {
          edge.setPartitioner(new ForwardPartitioner<>());
        }
      }
    }
  }

  /**
   * Spares tasks the thread that looks every millisecond whether there is something to send, where
   * all goes out without it: out of the task of a tap that is alone, since it sends whenever it
   * ticks; and behind the taps of a job with barriers, since nothing counts before the next
   * barrier, which sends what lies before it. What has to come to a tap needs the thread.
   */
  static void sendWithoutTimer(StreamGraph graph) {
    for (StreamNode node : graph.getStreamNodes()) {
      if (node.getOperatorFactory() instanceof UpstreamTapFactory) {
        sendWithoutTimer(graph, node, true);
      } else if (node.getOperatorFactory() instanceof TapFactory tap
          && (tap.alone() || tap.settings.barriers())) {
        sendWithoutTimer(graph, node, tap.settings.barriers());
      }
    }
  }

  private static void sendWithoutTimer(StreamGraph graph, StreamNode node, boolean beyondTask) {
    for (StreamEdge edge : node.getOutEdges()) {
      boolean sameTask = StreamingJobGraphGenerator.isChainable(edge, graph);
      if (!sameTask) {
        edge.setBufferTimeout(ExecutionOptions.DISABLED_NETWORK_BUFFER_TIMEOUT);
      }
      if (sameTask || beyondTask) {
        sendWithoutTimer(graph, graph.getStreamNode(edge.getTargetId()), beyondTask);
      }
    }
  }
}
