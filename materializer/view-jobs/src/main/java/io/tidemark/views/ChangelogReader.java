package io.tidemark.views;

import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.ChangelogRecord;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a few records of a changelog, for a writer that wonders who else writes. */
final class ChangelogReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final KafkaConsumer<byte[], byte[]> consumer;

  ChangelogReader(JobSettings settings) {
    Map<String, Object> config = new HashMap<>(settings.kafka());
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 16 * 1024);
    consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * The records of a shard at these offsets, the end exclusive.
   *
   * @throws TidemarkException LOG_UNAVAILABLE when they cannot be had in time
   */
  List<ChangelogRecord> read(TopicPartition shard, long from, long to) {
    List<ChangelogRecord> found = new ArrayList<>();
    long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
    consumer.assign(List.of(shard));
    consumer.seek(shard, from);
    while (consumer.position(shard) < to) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < to) {
          found.add(ChangelogCodec.decode(record));
        }
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new TidemarkException(
            ErrorCode.LOG_UNAVAILABLE,
            "could not read %s from %d to %d in time".formatted(shard, from, to));
      }
    }
    return found;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
