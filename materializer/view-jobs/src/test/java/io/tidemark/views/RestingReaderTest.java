package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RestingReaderTest {
  private final Queue<ConsumerRecord<byte[], byte[]>> atHand = new ArrayDeque<>();
  private final Out out = new Out();
  private final RestingReader reader = new RestingReader(new Inner());

  @Test
  void tellsOnceWhenAllAtHandHasBeenPassedOn() throws Exception {
    pollUntilNothingIsAvailable();
    assertThat(out.seen).isEmpty();
    append(0);
    append(1);
    pollUntilNothingIsAvailable();
    reader.pollNext(out);
    assertThat(out.seen).containsExactly("event 0", "event 1", "rest 1");
  }

  @Test
  void eachRestIsAboveTheOneBefore() throws Exception {
    append(0);
    pollUntilNothingIsAvailable();
    append(1);
    pollUntilNothingIsAvailable();
    assertThat(out.seen).containsExactly("event 0", "rest 1", "event 1", "rest 2");
  }

  private void append(long offset) {
    atHand.add(new ConsumerRecord<>("log", 0, offset, new byte[0], new byte[0]));
  }

  private void pollUntilNothingIsAvailable() throws Exception {
    InputStatus status = InputStatus.MORE_AVAILABLE;
    while (status == InputStatus.MORE_AVAILABLE) {
      status = reader.pollNext(out);
    }
    assertThat(status).isEqualTo(InputStatus.NOTHING_AVAILABLE);
  }

  private final class Inner
      implements SourceReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit> {
    @Override
    public InputStatus pollNext(ReaderOutput<ConsumerRecord<byte[], byte[]>> to) {
      ConsumerRecord<byte[], byte[]> event = atHand.poll();
      if (event == null) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      to.collect(event);
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public void start() {}

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
      return List.of();
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return new CompletableFuture<>();
    }

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {}

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {}
  }

  private static final class Out implements ReaderOutput<ConsumerRecord<byte[], byte[]>> {
    final List<String> seen = new ArrayList<>();

    @Override
    public void collect(ConsumerRecord<byte[], byte[]> event) {
      seen.add("event " + event.offset());
    }

    @Override
    public void collect(ConsumerRecord<byte[], byte[]> event, long timestamp) {
      collect(event);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      seen.add("rest " + watermark.getTimestamp());
    }

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}

    @Override
    public SourceOutput<ConsumerRecord<byte[], byte[]>> createOutputForSplit(String split) {
      return this;
    }

    @Override
    public void releaseOutputForSplit(String split) {}
  }
}
