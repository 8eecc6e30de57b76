package io.tidemark.log;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What brokers have said of one partition, all of it in answer to requests that were sent after a
 * look-up had begun; and whether that makes its end certain. Not thread-safe.
 *
 * <p>An end is told by a leader of some epoch, from its high watermark. It covers everything that
 * was acknowledged before the look-up began, unless a leader of a later epoch had acknowledged
 * something by then. For that {@code min.insync.replicas} of the partition's brokers must have
 * taken part in that epoch, and a broker knows of an epoch before it takes part in it. So once so
 * many brokers have denied any knowledge of a later epoch that fewer than {@code
 * min.insync.replicas} are left, nobody can have acknowledged anything in one. The leader denies it
 * by answering as the leader of its epoch.
 */
final class PartitionLook {
  /** What a broker said that believed to lead. */
  record End(int broker, int epoch, long offset) {}

  private final Map<Integer, Integer> heard = new TreeMap<>();
  private @Nullable End end;

  /** A broker that leads at that epoch told where the partition ends. */
  void ended(int broker, int epoch, long offset) {
    if (end == null || epoch >= end.epoch()) {
      end = new End(broker, epoch, offset);
    }
  }

  /** A broker told the highest epoch that it knows. */
  void heard(int broker, int epoch) {
    heard.merge(broker, epoch, Math::max);
  }

  boolean hasHeardFrom(int broker) {
    return heard.containsKey(broker);
  }

  /** What the leader of the latest epoch told; {@code null} as long as none did. */
  @Nullable End end() {
    return end;
  }

  /** Whether a leader of that epoch must be asked, since nobody of it or later has told an end. */
  boolean needsEnd(int epoch) {
    return end == null || end.epoch() < epoch;
  }

  /**
   * Whether the end covers everything that was acknowledged before the look-up began.
   *
   * @param replicas the brokers that hold the partition
   * @param minInSync {@code min.insync.replicas} of it
   */
  boolean isConfirmed(Collection<Integer> replicas, int minInSync) {
    return end != null && !isSuperseded(end) && confirming(replicas) >= needed(replicas, minInSync);
  }

  /** Fewer would do if one knows of a later leader; but then that one can be asked. */
  private boolean isSuperseded(End told) {
    return heard.values().stream().anyMatch(epoch -> epoch > told.epoch());
  }

  private int confirming(Collection<Integer> replicas) {
    return (int)
        replicas.stream()
            .filter(broker -> end != null && (broker == end.broker() || hasHeardFrom(broker)))
            .count();
  }

  /** How many brokers must say so that fewer than those needed for an acknowledgement are left. */
  private static int needed(Collection<Integer> replicas, int minInSync) {
    // Kafka, too, demands no more brokers than there are.
    return replicas.size() - Math.min(minInSync, replicas.size()) + 1;
  }

  /** For people: what was said, and how much of it is missing. */
  String describe(Collection<Integer> replicas, int minInSync, Map<Integer, String> silent) {
    String told =
        end == null
            ? "no leader has told the end"
            : "broker %d, which leads at epoch %d, told the end"
                .formatted(end.broker(), end.epoch());
    return "%s; %d of the brokers %s must know no later epoch: %s"
        .formatted(
            told,
            needed(replicas, minInSync),
            replicas,
            replicas.stream()
                .map(broker -> "broker " + broker + " " + said(broker, silent))
                .collect(Collectors.joining(", ")));
  }

  private String said(int broker, Map<Integer, String> silent) {
    if (heard.containsKey(broker)) {
      return "knows epoch " + heard.get(broker);
    }
    return end != null && broker == end.broker()
        ? "leads"
        : silent.getOrDefault(broker, "has not answered");
  }
}
