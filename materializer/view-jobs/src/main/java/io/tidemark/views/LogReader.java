package io.tidemark.views;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads a log's partitions as Flink's own reader does. All calls come on the task's thread. */
abstract class LogReader
    implements SourceReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit> {
  final SourceReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit> inner;

  LogReader(SourceReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit> inner) {
    this.inner = inner;
  }

  @Override
  public InputStatus pollNext(ReaderOutput<ConsumerRecord<byte[], byte[]>> to) throws Exception {
    return inner.pollNext(to);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return inner.isAvailable();
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
    return inner.snapshotState(checkpoint);
  }

  @Override
  public void start() {
    inner.start();
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    inner.addSplits(splits);
  }

  @Override
  public void notifyNoMoreSplits() {
    inner.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    inner.handleSourceEvents(event);
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    inner.notifyCheckpointComplete(checkpoint);
  }

  @Override
  public void notifyCheckpointAborted(long checkpoint) throws Exception {
    inner.notifyCheckpointAborted(checkpoint);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
    inner.pauseOrResumeSplits(pause, resume);
  }

  @Override
  public void close() throws Exception {
    inner.close();
  }
}
