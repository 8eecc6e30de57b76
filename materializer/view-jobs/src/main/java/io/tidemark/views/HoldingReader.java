package io.tidemark.views;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log's partitions, and holds back what a {@link Hold} says comes behind the next cut. What
 * is held when a barrier passes is no part of the checkpoint: a job that is restored reads it again
 * from the log.
 */
final class HoldingReader extends LogReader {
  private final Hold hold;
  private @Nullable Output output;

  /** Completed when events may have been freed, and until somebody waits for that. */
  private CompletableFuture<@Nullable Void> freed = CompletableFuture.completedFuture(null);

  HoldingReader(
      SourceReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit> inner, CutGrid grid) {
    super(inner);
    this.hold = new Hold(grid);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<ConsumerRecord<byte[], byte[]>> to) throws Exception {
    if (output == null || output.to != to) {
      output = new Output(to);
    }
    hold.expire(System.currentTimeMillis(), System.nanoTime());
    ConsumerRecord<byte[], byte[]> event = hold.next();
    if (event != null) {
      to.collect(event, event.timestamp());
      return InputStatus.MORE_AVAILABLE;
    }
    InputStatus status = inner.pollNext(output);
    return hold.hasNext() ? InputStatus.MORE_AVAILABLE : status;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (hold.hasNext()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> more = inner.isAvailable();
    if (!hold.isHolding() || more.isDone()) {
      return more;
    }
    if (freed.isDone()) {
      freed = new CompletableFuture<>();
      freed.completeOnTimeout(null, hold.mostMs(), TimeUnit.MILLISECONDS);
    }
    return CompletableFuture.allOf(CompletableFuture.anyOf(more, freed));
  }

  /** Is called when the barrier has been sent on. */
  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
    Map<Integer, Long> held = hold.firstOffsets();
    List<KafkaPartitionSplit> splits =
        inner.snapshotState(checkpoint).stream()
            .map(
                split -> {
                  Long first = held.get(split.getPartition());
                  return first == null
                      ? split
                      : new KafkaPartitionSplit(split.getTopicPartition(), first);
                })
            .toList();
    hold.cut(System.currentTimeMillis());
    if (hold.hasNext()) {
      freed.complete(null);
    }
    return splits;
  }

  /** Where the reader inside puts its events, of whichever split. */
  private final class Output implements ReaderOutput<ConsumerRecord<byte[], byte[]>> {
    private final ReaderOutput<ConsumerRecord<byte[], byte[]>> to;

    Output(ReaderOutput<ConsumerRecord<byte[], byte[]>> to) {
      this.to = to;
    }

    @Override
    public void collect(ConsumerRecord<byte[], byte[]> event) {
      collect(event, event.timestamp());
    }

    @Override
    public void collect(ConsumerRecord<byte[], byte[]> event, long timestamp) {
      if (hold.offer(event, System.currentTimeMillis(), System.nanoTime())) {
        to.collect(event, timestamp);
      }
    }

    @Override
    public SourceOutput<ConsumerRecord<byte[], byte[]>> createOutputForSplit(String split) {
      return this;
    }

    @Override
    public void releaseOutputForSplit(String split) {}

    @Override
    public void emitWatermark(Watermark watermark) {
      to.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
      to.markIdle();
    }

    @Override
    public void markActive() {
      to.markActive();
    }
  }
}
