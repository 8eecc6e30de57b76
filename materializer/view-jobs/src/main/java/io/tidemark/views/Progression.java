package io.tidemark.views;

import io.tidemark.log.Position;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.kafka.common.TopicPartition;

/**
 * Works out, from marks and ticks, which position a writer has reached. Not thread-safe.
 *
 * <p><b>Claim.</b> When a writer holds watermark w on its rows, every row that follows from an
 * event below any mark with a tick of at most w has arrived.
 *
 * <p><b>Argument.</b> A tap emits mark k, then the rows of no further event, then watermark k. All
 * operators between tap and writer pass a watermark on only when every input has reached it, and
 * only behind the rows that follow from what came before it (which holds for operators that neither
 * retract nor hold rows back; others get barriers instead). The writer's w is the minimum over its
 * input channels, so each tap's last watermark on each way is at least w, hence the tap's rows from
 * before its mark k ≤ w have passed. This holds for each tap by itself. So no writer needs to wait
 * for the marks of all taps: a missing mark makes the position lower, never untrue, and when it
 * comes late, by its own way past the query, it is believed on arrival if its tick is not above w.
 *
 * <p>Several subtasks of one scan read different partitions of one log, and each reports all that
 * it knows: the position of the scan is their maximum. Several scans may read one log: what all of
 * them have passed is their minimum. A shard of a view that the query reads is a scan too, of all
 * the logs below that view: its rows are only one part of what follows from their events, so again
 * it is the minimum over the shards that has been passed. (The tap of that shard has passed on what
 * the upstream writer's own progress, by this very argument, has proved to be there.)
 *
 * <p>With barriers the argument is Flink's own: when the writer is at barrier n, everything that
 * the taps emitted before their barrier n has arrived, rows and marks, and nothing else.
 */
final class Progression {
  private final List<Scan> scans;
  private final long[][] offsets;
  private final boolean[] exact;
  private final PriorityQueue<Mark> ahead =
      new PriorityQueue<>(Comparator.comparingLong(Mark::tick));
  private boolean moved;
  private Position position = Position.empty();

  Progression(List<Scan> scans) {
    this.scans = scans;
    this.offsets = scans.stream().map(scan -> new long[scan.parts().size()]).toArray(long[][]::new);
    this.exact = new boolean[scans.size()];
  }

  /** A mark arrived; it counts from its tick on. */
  void add(Mark mark) {
    ahead.add(mark);
  }

  /** The rows have reached that tick. Whether the position has moved by that. */
  boolean reach(long tick) {
    while (!ahead.isEmpty() && ahead.element().tick() <= tick) {
      Mark mark = ahead.remove();
      exact[mark.scan()] = mark.exact();
      long[] known = offsets[mark.scan()];
      for (int p = 0; p < known.length; p++) {
        if (mark.offsets()[p] > known[p]) {
          known[p] = mark.offsets()[p];
          moved = true;
        }
      }
    }
    if (!moved) {
      return false;
    }
    moved = false;
    Position before = position;
    position = minimum();
    return !position.equals(before);
  }

  /** Everything below it is reflected in the rows that have arrived. */
  Position position() {
    return position;
  }

  /**
   * At a cut: whether the rows reflect exactly the position, and not more. They do where every scan
   * says so of itself, and where scans that know of the same log all say the same.
   */
  boolean exact() {
    for (int scan = 0; scan < offsets.length; scan++) {
      List<TopicPartition> parts = scans.get(scan).parts();
      for (int i = 0; i < parts.size(); i++) {
        TopicPartition part = parts.get(i);
        if (offsets[scan][i] != position.offset(part.topic(), part.partition())) {
          return false;
        }
      }
      if (!exact[scan]) {
        return false;
      }
    }
    return true;
  }

  private Position minimum() {
    Map<TopicPartition, Long> least = new HashMap<>();
    for (int scan = 0; scan < offsets.length; scan++) {
      List<TopicPartition> parts = scans.get(scan).parts();
      for (int i = 0; i < parts.size(); i++) {
        least.merge(parts.get(i), offsets[scan][i], Math::min);
      }
    }
    Position.Builder reached = Position.builder();
    least.forEach((part, offset) -> reached.advance(part.topic(), part.partition(), offset));
    return reached.build();
  }
}
