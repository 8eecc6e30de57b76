package io.tidemark.log;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.requests.MetadataResponse.PartitionMetadata;
import org.apache.kafka.common.requests.MetadataResponse.TopicMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Who leads and holds the partitions of logs, and what {@code min.insync.replicas} of them is, as
 * far as any broker has told. Not thread-safe.
 */
final class KnownLeaders {
  /** How long what a broker has told of {@code min.insync.replicas} is gone by. */
  static final long MIN_IN_SYNC_TRUSTED_NS = 10_000_000_000L;

  /**
   * The latest leader of a partition that any broker has told of.
   *
   * @param leader -1 when the partition has none
   * @param replicas the brokers that hold the partition
   */
  record Led(int leader, int epoch, List<Integer> replicas) {}

  private record Known(Uuid id, Map<Integer, Led> partitions) {}

  private record MinInSync(int value, long toldNs) {}

  private final Map<String, Known> logs = new HashMap<>();
  private final Map<String, Map<Integer, MinInSync>> minInSync = new HashMap<>();

  /** The partitions by their numbers; {@code null} when nobody has told of the log. */
  @Nullable Map<Integer, Led> of(String log) {
    Known known = logs.get(log);
    return known == null ? null : known.partitions();
  }

  /**
   * Takes in what a broker told. Returns false when that is about another log of the same name than
   * was known: one of the two is gone, and as it cannot be told which, none is known any longer.
   */
  boolean learn(TopicMetadata told) {
    Known known =
        logs.computeIfAbsent(told.topic(), l -> new Known(told.topicId(), new TreeMap<>()));
    if (!known.id().equals(told.topicId())) {
      logs.remove(told.topic());
      minInSync.remove(told.topic());
      return false;
    }
    for (PartitionMetadata partition : told.partitionMetadata()) {
      Led led =
          new Led(
              partition.leaderId.orElse(-1),
              partition.leaderEpoch.orElse(-1),
              List.copyOf(partition.replicaIds));
      known
          .partitions()
          .merge(partition.partition(), led, (old, now) -> now.epoch() < old.epoch() ? old : now);
    }
    return true;
  }

  /** A broker told the setting that it goes by. */
  void learnMinInSync(String log, int broker, int value, long nowNs) {
    minInSync.computeIfAbsent(log, l -> new HashMap<>()).put(broker, new MinInSync(value, nowNs));
  }

  /** Whether the broker should be asked for the setting, before it is too old to go by. */
  boolean isMinInSyncDue(String log, int broker, long nowNs) {
    MinInSync told = minInSync.getOrDefault(log, Map.of()).get(broker);
    return told == null || nowNs - told.toldNs() > MIN_IN_SYNC_TRUSTED_NS / 2;
  }

  /** The lowest that one of these brokers has told of late; 1, which is safe, if none did. */
  int minInSync(String log, Collection<Integer> brokers, long nowNs) {
    Map<Integer, MinInSync> told = minInSync.getOrDefault(log, Map.of());
    int lowest = Integer.MAX_VALUE;
    for (int broker : brokers) {
      MinInSync each = told.get(broker);
      if (each != null && nowNs - each.toldNs() <= MIN_IN_SYNC_TRUSTED_NS) {
        lowest = Math.min(lowest, each.value());
      }
    }
    return lowest == Integer.MAX_VALUE ? 1 : lowest;
  }
}
