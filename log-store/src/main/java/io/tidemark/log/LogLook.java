package io.tidemark.log;

import io.tidemark.log.KnownLeaders.Led;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One look-up of where one log ends, for all that asked before it began: what has been said in
 * answer to it, and whom to ask what next. Not thread-safe.
 */
final class LogLook {
  // Whoever could not answer is unlikely to be able to at once.
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);
  // An election may pass unnoticed if only those are asked that were known to lead.
  private static final long DISCOVER_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int DESCRIBED_PARTITIONS = 4;

  /** Takes down who is to be asked what. */
  interface Wants {
    /** Where the partition ends, of the broker that leads it. */
    void end(int broker, int partition);

    /** Which epochs the broker knows. */
    void epochs(int broker);

    /** What {@code min.insync.replicas} the broker goes by. */
    void minInSync(int broker);

    /** Which epochs anybody knows; returns whether there is somebody to ask. */
    boolean epochsOfAnyone();
  }

  private final String log;
  private final Map<Integer, PartitionLook> partitions = new TreeMap<>();
  private final Map<Integer, String> silent = new TreeMap<>();
  private boolean begun;
  private boolean unknown;
  private long notBeforeNs;
  private long discoverNs;

  LogLook(String log, long nowNs) {
    this.log = log;
    this.notBeforeNs = nowNs;
    this.discoverNs = nowNs + DISCOVER_EVERY_NS;
  }

  String log() {
    return log;
  }

  /** Whether anybody has been asked: who comes later must not use what they say. */
  boolean hasBegun() {
    return begun;
  }

  /** Something has been asked. */
  void begin() {
    begun = true;
  }

  /** Whom to ask what, as things stand. */
  void want(KnownLeaders leaders, long nowNs, Wants wants) {
    if (nowNs - notBeforeNs < 0) {
      return;
    }
    Map<Integer, Led> known = leaders.of(log);
    boolean discover = known == null && !begun;
    if (known != null) {
      for (Map.Entry<Integer, Led> each : known.entrySet()) {
        discover |= want(each.getKey(), each.getValue(), leaders, nowNs, wants);
      }
    } else {
      discover |= nowNs - discoverNs >= 0;
    }
    if (discover && wants.epochsOfAnyone()) {
      discoverNs = nowNs + DISCOVER_EVERY_NS;
    }
  }

  /** Whether it takes so long that there may be a leader that nobody has told of yet. */
  private boolean want(int number, Led led, KnownLeaders leaders, long nowNs, Wants wants) {
    PartitionLook partition = partition(number);
    if (isConfirmed(partition, led, leaders, nowNs)) {
      return false;
    }
    boolean needsEnd = partition.needsEnd(led.epoch());
    if (needsEnd && led.leader() >= 0) {
      wants.end(led.leader(), number);
    }
    for (int broker : led.replicas()) {
      if (broker == led.leader()) {
        continue;
      }
      if (!partition.hasHeardFrom(broker)) {
        wants.epochs(broker);
      }
      if (leaders.isMinInSyncDue(log, broker, nowNs)) {
        wants.minInSync(broker);
      }
    }
    return needsEnd && nowNs - discoverNs >= 0;
  }

  private PartitionLook partition(int number) {
    return partitions.computeIfAbsent(number, p -> new PartitionLook());
  }

  private boolean isConfirmed(PartitionLook partition, Led led, KnownLeaders leaders, long nowNs) {
    return partition.isConfirmed(led.replicas(), leaders.minInSync(log, led.replicas(), nowNs));
  }

  /** A broker told the highest epoch of a partition that it knows. */
  void heard(int broker, int partition, int epoch) {
    unknown = false;
    partition(partition).heard(broker, epoch);
  }

  /** A leader told where a partition ends. */
  void ended(int broker, int partition, int epoch, long offset) {
    partition(partition).ended(broker, epoch, offset);
  }

  /** A broker answered, but not what it was asked: it does not lead, or not yet. */
  void refused(int broker, String why, long nowNs) {
    silent.put(broker, why);
    notBeforeNs = nowNs + PAUSE_NS;
    discoverNs = notBeforeNs;
  }

  /** A broker knows no log of that name; that may be because it has not heard of it yet. */
  void isUnknownTo(int broker, long nowNs) {
    unknown = partitions.isEmpty();
    refused(broker, "knows no such log", nowNs);
  }

  /** A broker does not answer. */
  void silent(int broker, String trouble, long nowNs) {
    silent.put(broker, trouble);
    discoverNs = nowNs;
  }

  /** What brokers said was not about one and the same log: all must be asked anew. */
  void startAgain(long nowNs) {
    partitions.clear();
    notBeforeNs = nowNs + PAUSE_NS;
    discoverNs = notBeforeNs;
  }

  /** Whether the ends of all partitions are confirmed. */
  boolean isDone(KnownLeaders leaders, long nowNs) {
    Map<Integer, Led> known = leaders.of(log);
    return known != null
        && known.entrySet().stream()
            .allMatch(
                each -> isConfirmed(partition(each.getKey()), each.getValue(), leaders, nowNs));
  }

  /** Where the log ends. Only when it is done. */
  Position position() {
    Position.Builder position = Position.builder();
    partitions.forEach(
        (number, look) ->
            position.advance(log, number, Objects.requireNonNull(look.end()).offset()));
    return position.build();
  }

  /** How it stands with it that it is not done. */
  Missing missing(KnownLeaders leaders, long nowNs) {
    Map<Integer, Led> known = leaders.of(log);
    if (known == null) {
      return new Missing(
          false, unknown, "nobody has told who leads %s%s".formatted(log, describeSilent()));
    }
    boolean[] told = {true};
    String text =
        known.entrySet().stream()
            .filter(each -> !isConfirmed(partition(each.getKey()), each.getValue(), leaders, nowNs))
            .limit(DESCRIBED_PARTITIONS)
            .map(
                each -> {
                  PartitionLook partition = partition(each.getKey());
                  Led led = each.getValue();
                  told[0] &= partition.end() != null;
                  return "partition %d of %s: %s"
                      .formatted(
                          each.getKey(),
                          log,
                          partition.describe(
                              led.replicas(),
                              leaders.minInSync(log, led.replicas(), nowNs),
                              silent));
                })
            .collect(Collectors.joining("; "));
    return new Missing(told[0], false, text);
  }

  private String describeSilent() {
    return silent.entrySet().stream()
        .map(each -> ", broker " + each.getKey() + " " + each.getValue())
        .collect(Collectors.joining());
  }

  /**
   * Why a look-up is not done.
   *
   * @param told whether every partition's end has been told, and is only not confirmed
   * @param unknown whether a broker knows no such log, and none knows it
   */
  record Missing(boolean told, boolean unknown, String text) {}
}
