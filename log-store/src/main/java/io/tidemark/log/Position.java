package io.tidemark.log;

import io.tidemark.schemas.control.LogOffsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * For each (log, partition) an offset: everything below it. Immutable and thread-safe.
 *
 * <p>Positions form a lattice: {@link #merge} takes the larger offset of each partition, and {@link
 * #covers} is its order. A partition that is not named has offset 0, so the empty position is below
 * all others.
 */
public final class Position {
  private static final Position EMPTY = new Position(new TreeMap<>());
  private static final String NONE = "[]";
  private static final Pattern LOG = Pattern.compile("([^\\[\\]\\s]+)\\[([0-9=,]*)]");
  private static final Pattern OFFSET = Pattern.compile("([0-9]{1,5})=([0-9]{1,18})");

  /** Offsets by log, indexed by partition; no array is ever changed after construction. */
  private final SortedMap<String, long[]> offsets;

  private Position(SortedMap<String, long[]> offsets) {
    this.offsets = offsets;
  }

  /** The position below all others. */
  public static Position empty() {
    return EMPTY;
  }

  /** The position that names one partition. */
  public static Position of(String log, int partition, long offset) {
    return builder().advance(log, partition, offset).build();
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException that says what is wrong with the text
   */
  public static Position parse(String text) {
    if (text.trim().equals(NONE)) {
      return EMPTY;
    }
    Builder builder = builder();
    for (String each : text.trim().split("\\s+")) {
      Matcher log = LOG.matcher(each);
      if (!log.matches()) {
        throw new IllegalArgumentException(
            "'" + each + "' is not a log and its offsets, as in flights[0=12,3=7]");
      }
      for (String partition : log.group(2).split(",", -1)) {
        Matcher offset = OFFSET.matcher(partition);
        if (!offset.matches()) {
          throw new IllegalArgumentException(
              "'" + partition + "' in " + each + " is not a partition and its offset, as in 0=12");
        }
        builder.advance(
            log.group(1), Integer.parseInt(offset.group(1)), Long.parseLong(offset.group(2)));
      }
    }
    return builder.build();
  }

  /** A builder that starts from the empty position. */
  public static Builder builder() {
    return new Builder();
  }

  /** The position that the control records carry. */
  public static Position fromRecords(Collection<LogOffsets> records) {
    Builder builder = builder();
    for (LogOffsets record : records) {
      List<Long> values = record.getOffsets();
      for (int partition = 0; partition < values.size(); partition++) {
        builder.advance(record.getLog(), partition, values.get(partition));
      }
    }
    return builder.build();
  }

  /** This position as the control records carry it. */
  public List<LogOffsets> toRecords() {
    List<LogOffsets> records = new ArrayList<>(offsets.size());
    offsets.forEach(
        (log, values) -> records.add(new LogOffsets(log, Arrays.stream(values).boxed().toList())));
    return records;
  }

  /** The offset of that partition, 0 when it is not named. */
  public long offset(String log, int partition) {
    long[] values = offsets.get(log);
    return values == null || partition >= values.length ? 0 : values[partition];
  }

  /** The larger offset of each partition. */
  public Position merge(Position other) {
    if (other.offsets.isEmpty()) {
      return this;
    }
    if (offsets.isEmpty()) {
      return other;
    }
    return builder().advance(this).advance(other).build();
  }

  /** Whether no partition of the other position is ahead of this one. */
  public boolean covers(Position other) {
    for (Map.Entry<String, long[]> entry : other.offsets.entrySet()) {
      long[] wanted = entry.getValue();
      for (int partition = 0; partition < wanted.length; partition++) {
        if (wanted[partition] > offset(entry.getKey(), partition)) {
          return false;
        }
      }
    }
    return true;
  }

  /** This position without the logs that the predicate refuses. */
  public Position restrictedTo(Predicate<String> logs) {
    TreeMap<String, long[]> kept = new TreeMap<>();
    offsets.forEach(
        (log, values) -> {
          if (logs.test(log)) {
            kept.put(log, values);
          }
        });
    return kept.size() == offsets.size() ? this : new Position(kept);
  }

  /** Visits every partition with an offset above 0, in order of log and partition. */
  public void forEach(Visitor visitor) {
    offsets.forEach(
        (log, values) -> {
          for (int partition = 0; partition < values.length; partition++) {
            if (values[partition] > 0) {
              visitor.visit(log, partition, values[partition]);
            }
          }
        });
  }

  /** Whether every offset is 0. */
  public boolean isEmpty() {
    return offsets.isEmpty();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Position other && covers(other) && other.covers(this);
  }

  @Override
  public int hashCode() {
    int[] hash = {1};
    forEach(
        (log, partition, offset) ->
            hash[0] = 31 * hash[0] + log.hashCode() * 17 + partition * 31 + Long.hashCode(offset));
    return hash[0];
  }

  /** For people: {@code flights[0=12,3=7] airports[0=1]}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    offsets.forEach(
        (log, values) -> {
          text.append(text.isEmpty() ? "" : " ").append(log).append('[');
          String separator = "";
          for (int partition = 0; partition < values.length; partition++) {
            if (values[partition] > 0) {
              text.append(separator).append(partition).append('=').append(values[partition]);
              separator = ",";
            }
          }
          text.append(']');
        });
    return text.isEmpty() ? NONE : text.toString();
  }

  /** Receives one partition's offset. */
  @FunctionalInterface
  public interface Visitor {
    /** One partition and its offset, which is above 0. */
    void visit(String log, int partition, long offset);
  }

  /** Collects offsets; the larger one wins. Not thread-safe. */
  public static final class Builder {
    private final TreeMap<String, long[]> offsets = new TreeMap<>();

    private Builder() {}

    /**
     * Raises the partition to that offset unless it is there already.
     *
     * @throws IllegalArgumentException when the partition or the offset is negative
     */
    public Builder advance(String log, int partition, long offset) {
      if (partition < 0 || offset < 0) {
        throw new IllegalArgumentException(
            "negative partition or offset: " + log + "[" + partition + "=" + offset + "]");
      }
      if (offset > 0) {
        long[] values = offsets.computeIfAbsent(log, l -> new long[partition + 1]);
        if (values.length <= partition) {
          values = Arrays.copyOf(values, partition + 1);
          offsets.put(log, values);
        }
        values[partition] = Math.max(values[partition], offset);
      }
      return this;
    }

    /** Raises every partition to the position's offset. */
    public Builder advance(Position position) {
      position.offsets.forEach(
          (log, values) -> offsets.compute(log, (l, own) -> furthest(own, values)));
      return this;
    }

    /** The first array, which may be changed, or a longer one in its place. */
    private static long[] furthest(long @Nullable [] own, long[] other) {
      if (own == null) {
        return other.clone();
      }
      long[] values = own.length < other.length ? Arrays.copyOf(own, other.length) : own;
      for (int partition = 0; partition < other.length; partition++) {
        values[partition] = Math.max(values[partition], other[partition]);
      }
      return values;
    }

    /** The position collected so far. The builder may be used further. */
    public Position build() {
      TreeMap<String, long[]> copy = new TreeMap<>();
      offsets.forEach((log, values) -> copy.put(log, values.clone()));
      return copy.isEmpty() ? EMPTY : new Position(copy);
    }
  }
}
