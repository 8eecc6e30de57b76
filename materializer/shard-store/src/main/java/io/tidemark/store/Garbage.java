package io.tidemark.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How much of each segment nobody needs any more, so that compaction knows where to begin. Figures
 * to choose by, not to rely on: what is dropped is decided record by record.
 *
 * <p>Not thread-safe.
 */
final class Garbage {
  /** How finely a segment remembers since when its bytes have not been needed. */
  private static final int MAX_BUCKETS = 16;

  /** Kept tombstones may make up one part in so many of the log. */
  private static final int TOMBSTONE_SHARE = 8;

  private long totalBytes;

  /** The segment that is being written, since most calls are about it. */
  private int written;

  private Share writtenShare = new Share();

  private final TreeMap<Integer, Share> segments = new TreeMap<>();

  private static final class Share {
    long total;
    long dead;

    /** Of tombstones that are kept because an older segment may hold what they hide. */
    long tombstones;

    /** How often a record has become the newest of its key again. */
    int revivals;

    /** Step at which it was superseded, to bytes that count once nobody can read before it. */
    final TreeMap<Long, Long> superseded = new TreeMap<>();

    /** The newest step, which most calls are about, and its bytes; 0 when there is none. */
    private long openStep;

    private long openBytes;

    Share copy() {
      closeStep();
      Share copy = new Share();
      copy.total = total;
      copy.dead = dead;
      copy.tombstones = tombstones;
      copy.superseded.putAll(superseded);
      return copy;
    }

    void add(long step, long bytes) {
      if (step != openStep) {
        closeStep();
        openStep = step;
      }
      openBytes += bytes;
    }

    private void closeStep() {
      if (openStep == 0) {
        return;
      }
      superseded.merge(openStep, openBytes, Long::sum);
      openStep = 0;
      openBytes = 0;
      if (superseded.size() > MAX_BUCKETS) {
        Map.Entry<Long, Long> oldest = superseded.pollFirstEntry();
        superseded.merge(superseded.firstKey(), oldest.getValue(), Long::sum);
      }
    }

    long supersededAndDead() {
      closeStep();
      return dead + superseded.values().stream().mapToLong(bytes -> bytes).sum();
    }

    long lastSuperseded() {
      closeStep();
      return superseded.isEmpty() ? 0 : superseded.lastKey();
    }

    void settle(long horizon) {
      closeStep();
      while (!superseded.isEmpty() && superseded.firstKey() <= horizon) {
        dead += superseded.pollFirstEntry().getValue();
      }
    }
  }

  private Share of(long address) {
    return segments.computeIfAbsent(Address.segment(address), number -> new Share());
  }

  void appended(long address, int bytes) {
    if (Address.segment(address) != written) {
      written = Address.segment(address);
      writtenShare = of(address);
    }
    writtenShare.total += bytes;
    totalBytes += bytes;
  }

  /** Readers of that step and later ones do not need the record. */
  void superseded(long address, int bytes, long step) {
    of(address).add(step, bytes);
  }

  /** Nobody needs the record. */
  void dead(long address, int bytes) {
    of(address).dead += bytes;
  }

  /** The record is the newest of its key again; as many bytes count again. */
  void revived(long address, int bytes) {
    Share share = of(address);
    share.dead -= bytes;
    share.revivals++;
  }

  /** How often a record of the segment has become the newest of its key again. */
  int revivals(int segment) {
    Share share = segments.get(segment);
    return share == null ? 0 : share.revivals;
  }

  /**
   * The last step at which a row of the segment was superseded, or a later one; 0 when nobody is
   * behind any of them.
   */
  long lastSuperseded(int segment) {
    Share share = segments.get(segment);
    return share == null ? 0 : share.lastSuperseded();
  }

  /** Compaction could not drop the tombstone. */
  void tombstoneKept(long address, int bytes) {
    of(address).tombstones += bytes;
  }

  void removed(int segment) {
    Share gone = segments.remove(segment);
    totalBytes -= gone == null ? 0 : gone.total;
    written = 0;
  }

  /**
   * The segment that gains most from compaction, or 0 when none gains enough.
   *
   * @param limit segments from this one on are not to be touched
   * @param horizon versions that only readers of earlier steps need are dead
   * @param fullBytes what a segment holds; one that is nearly empty is better merged with others
   * @param except segments that are not meant
   */
  int best(int limit, long horizon, double leastShare, int fullBytes, Set<Integer> except) {
    long tombstones = segments.values().stream().mapToLong(share -> share.tombstones).sum();
    if (!segments.isEmpty()
        && segments.firstKey() < limit
        && tombstones > totalBytes / TOMBSTONE_SHARE) {
      // Only when nothing older is left can they go.
      return except.contains(segments.firstKey()) ? 0 : segments.firstKey();
    }
    int best = 0;
    double bestShare = leastShare;
    for (Map.Entry<Integer, Share> each : segments.headMap(limit).entrySet()) {
      Share share = each.getValue();
      share.settle(horizon);
      long live = share.total - share.dead;
      double dead = 1 - (double) live / Math.max(share.total, fullBytes / 4);
      if (dead > bestShare && !except.contains(each.getKey())) {
        best = each.getKey();
        bestShare = dead;
      }
    }
    return best;
  }

  long totalBytes() {
    return totalBytes;
  }

  long deadBytes() {
    return segments.values().stream().mapToLong(Share::supersededAndDead).sum();
  }

  /** As of now, without the segments that are not among these. */
  Garbage copy(Set<Integer> kept) {
    Garbage copy = new Garbage();
    segments.forEach(
        (number, share) -> {
          if (kept.contains(number)) {
            copy.segments.put(number, share.copy());
            copy.totalBytes += share.total;
          }
        });
    return copy;
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(segments.size());
    for (Map.Entry<Integer, Share> each : segments.entrySet()) {
      out.writeInt(each.getKey());
      out.writeLong(each.getValue().total);
      out.writeLong(each.getValue().dead);
      out.writeLong(each.getValue().tombstones);
      out.writeInt(each.getValue().superseded.size());
      for (Map.Entry<Long, Long> bucket : each.getValue().superseded.entrySet()) {
        out.writeLong(bucket.getKey());
        out.writeLong(bucket.getValue());
      }
    }
  }

  static Garbage read(DataInput in) throws IOException {
    Garbage garbage = new Garbage();
    for (int left = in.readInt(); left > 0; left--) {
      Share share = new Share();
      garbage.segments.put(in.readInt(), share);
      share.total = in.readLong();
      garbage.totalBytes += share.total;
      share.dead = in.readLong();
      share.tombstones = in.readLong();
      for (int buckets = in.readInt(); buckets > 0; buckets--) {
        share.superseded.put(in.readLong(), in.readLong());
      }
    }
    return garbage;
  }
}
