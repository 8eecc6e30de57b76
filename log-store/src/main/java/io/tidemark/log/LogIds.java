package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Which logs some names stand for: a log that is deleted and made anew under its name has another
 * id, and its offsets say nothing about the old one's. Immutable and thread-safe.
 *
 * <p>An id is 64 bits of Kafka's random id of the topic, half as many as Kafka has, since they
 * travel with every token: that two logs that one name has had share an id, which would let a token
 * of the one pass for the other, is a chance of one in 10^19.
 */
public final class LogIds {
  /** No log at all. */
  public static final LogIds NONE = new LogIds(new TreeMap<>());

  private final SortedMap<String, Long> ids;

  private LogIds(SortedMap<String, Long> ids) {
    this.ids = ids;
  }

  /** The ids by the logs' names, as control records and definitions carry them. */
  public static LogIds of(Map<String, Long> ids) {
    return ids.isEmpty() ? NONE : new LogIds(new TreeMap<>(ids));
  }

  /** The id of one log. */
  public static LogIds of(String log, long id) {
    return of(Map.of(log, id));
  }

  /** Both halves hold bits that tell the kind of the id, but at different places. */
  static long of(Uuid topic) {
    return topic.getMostSignificantBits() ^ topic.getLeastSignificantBits();
  }

  /** The ids by the logs' names, in order of name. */
  public Map<String, Long> toMap() {
    return new TreeMap<>(ids);
  }

  /**
   * The id of that log.
   *
   * @throws IllegalArgumentException when it is not among them
   */
  public long id(String log) {
    Long id = ids.get(log);
    if (id == null) {
      throw new IllegalArgumentException("the id of log " + log + " is not known");
    }
    return id;
  }

  /** Whether the log is among them. */
  public boolean contains(String log) {
    return ids.containsKey(log);
  }

  /** A log that both name and mean another one by; {@code null} when there is none. */
  public @Nullable String conflict(LogIds other) {
    for (Map.Entry<String, Long> each : other.ids.entrySet()) {
      Long own = ids.get(each.getKey());
      if (own != null && !own.equals(each.getValue())) {
        return each.getKey();
      }
    }
    return null;
  }

  /**
   * The logs of both.
   *
   * @throws TidemarkException {@link ErrorCode#LOG_RECREATED} when they mean different logs by one
   *     name
   */
  public LogIds merge(LogIds other) {
    String conflict = conflict(other);
    if (conflict != null) {
      throw new TidemarkException(
          ErrorCode.LOG_RECREATED,
          ("the log %s was deleted and made anew between one token and the other, so no token can"
                  + " cover both; drop the older one and begin a new session")
              .formatted(conflict));
    }
    if (ids.keySet().containsAll(other.ids.keySet())) {
      return this;
    }
    TreeMap<String, Long> merged = new TreeMap<>(ids);
    merged.putAll(other.ids);
    return new LogIds(merged);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof LogIds other && ids.equals(other.ids);
  }

  @Override
  public int hashCode() {
    return ids.hashCode();
  }

  /** For people. */
  @Override
  public String toString() {
    return ids.toString();
  }
}
