package io.tidemark.views;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * What one way into a query tells of its progress: the partitions that its marks have offsets for,
 * in the order of the offsets. A log that the query reads is one scan. A view that the query reads
 * is as many as it has shards, since each shard goes on by itself: it tells how much of the logs
 * below it its rows reflect, and how much of its own changelog has been passed on.
 */
record Scan(List<TopicPartition> parts) implements Serializable {
  /** A scan of a log. */
  static Scan of(String log, int partitions) {
    return new Scan(partitions(log, partitions));
  }

  /** All partitions of a topic. */
  static List<TopicPartition> partitions(String topic, int count) {
    List<TopicPartition> parts = new ArrayList<>(count);
    for (int p = 0; p < count; p++) {
      parts.add(new TopicPartition(topic, p));
    }
    return parts;
  }
}
