package io.tidemark.views;

import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A log, read by readers of ours around Flink's own; in all else Flink's own source. */
final class LogSource
    implements Source<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit, KafkaSourceEnumState> {
  private static final long serialVersionUID = 1L;

  private final KafkaSource<ConsumerRecord<byte[], byte[]>> inner;
  private final @Nullable CutGrid cuts;

  private LogSource(KafkaSource<ConsumerRecord<byte[], byte[]>> inner, @Nullable CutGrid cuts) {
    this.inner = inner;
    this.cuts = cuts;
  }

  /** With readers that tell when they have passed on all events at hand. */
  static LogSource resting(KafkaSource<ConsumerRecord<byte[], byte[]>> inner) {
    return new LogSource(inner, null);
  }

  /** With readers that hold events back for cuts. */
  static LogSource holding(KafkaSource<ConsumerRecord<byte[], byte[]>> inner, CutGrid cuts) {
    return new LogSource(inner, cuts);
  }

  @Override
  public SourceReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit> createReader(
      SourceReaderContext context) throws Exception {
    SourceReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit> reader =
        inner.createReader(context);
    return cuts == null ? new RestingReader(reader) : new HoldingReader(reader, cuts);
  }

  @Override
  public Boundedness getBoundedness() {
    return inner.getBoundedness();
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return inner.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws Exception {
    return inner.restoreEnumerator(context, state);
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return inner.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return inner.getEnumeratorCheckpointSerializer();
  }
}
