package io.tidemark.views;

import io.tidemark.log.Position;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Where the events of logs end: behind the last committed event of each partition.
 *
 * <p>That is what a job can reach. The end that Kafka names may lie behind transaction markers and
 * aborted events, and a progress up to there would never come. Each partition is looked at from one
 * offset before its end, then from two, four and so on, until there is an event: one look for a log
 * without transactions.
 */
final class DataEnds {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private DataEnds() {}

  /** A partition that has had events, and where it begins and ends. */
  private record Extent(TopicPartition partition, long begin, long end) {}

  /**
   * Looks now.
   *
   * @throws TidemarkException LOG_UNAVAILABLE when it takes longer than a minute
   */
  static Position of(JobSettings settings, List<Scan> scans) {
    Map<String, Object> config = new HashMap<>(settings.kafka());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 64 * 1024);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return look(consumer, extents(consumer, scans));
    }
  }

  private static List<Extent> extents(KafkaConsumer<byte[], byte[]> consumer, List<Scan> scans) {
    Set<TopicPartition> partitions = new HashSet<>();
    for (Scan scan : scans) {
      // A changelog's end is nothing that the rows below a log's end would have to wait for.
      scan.parts().stream()
          .filter(part -> !Shards.isChangelog(part.topic()))
          .forEach(partitions::add);
    }
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    List<Extent> extents = new ArrayList<>();
    consumer
        .endOffsets(partitions)
        .forEach(
            (partition, end) -> {
              long begin = begins.getOrDefault(partition, 0L);
              if (end > begin) {
                extents.add(new Extent(partition, begin, end));
              }
            });
    return extents;
  }

  private static Position look(KafkaConsumer<byte[], byte[]> consumer, List<Extent> extents) {
    Position.Builder found = Position.builder();
    List<Extent> open = new ArrayList<>(extents);
    long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
    for (long back = 1; !open.isEmpty(); back *= 2) {
      consumer.assign(open.stream().map(Extent::partition).toList());
      for (Extent extent : open) {
        consumer.seek(extent.partition(), Math.max(extent.end() - back, extent.begin()));
      }
      readToEnds(consumer, open, found, deadlineNs);
      Position sofar = found.build();
      long farthest = back;
      open.removeIf(
          extent ->
              sofar.offset(extent.partition().topic(), extent.partition().partition()) > 0
                  || extent.end() - farthest <= extent.begin());
    }
    return found.build();
  }

  private static void readToEnds(
      KafkaConsumer<byte[], byte[]> consumer,
      List<Extent> extents,
      Position.Builder found,
      long deadlineNs) {
    while (extents.stream().anyMatch(e -> consumer.position(e.partition()) < e.end())) {
      ConsumerRecords<byte[], byte[]> events = consumer.poll(POLL);
      for (Extent extent : extents) {
        for (ConsumerRecord<byte[], byte[]> event : events.records(extent.partition())) {
          if (event.offset() < extent.end()) {
            found.advance(event.topic(), event.partition(), event.offset() + 1);
          }
        }
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new TidemarkException(
            ErrorCode.LOG_UNAVAILABLE, "could not find where the events of the logs end in time");
      }
    }
  }
}
