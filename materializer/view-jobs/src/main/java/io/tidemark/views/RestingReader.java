package io.tidemark.views;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads a log's partitions, and tells its tap each time that it has passed on all events at hand.
 * It does so by a watermark, which nobody else emits there, and which ends at the tap.
 */
final class RestingReader extends LogReader {
  private boolean passed;
  private long rests;

  RestingReader(SourceReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit> inner) {
    super(inner);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<ConsumerRecord<byte[], byte[]>> to) throws Exception {
    InputStatus status = super.pollNext(to);
    if (status == InputStatus.MORE_AVAILABLE) {
      passed = true;
    } else if (passed) {
      passed = false;
      // Flink drops a watermark that is not above the one before.
      to.emitWatermark(new Watermark(++rests));
    }
    return status;
  }
}
