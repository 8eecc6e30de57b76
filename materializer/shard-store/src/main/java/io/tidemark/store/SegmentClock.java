package io.tidemark.store;

import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;

/**
 * Makes the queue roll by size: it rolls when its clock enters the next cycle, and this clock
 * stands still until the log moves it on. A cycle is one second long, cycle n is segment n.
 */
final class SegmentClock implements RollCycle, TimeProvider {
  private static final int CYCLE_MILLIS = 1_000;

  // Small index pages, since nothing here looks a record up by its index; 128 * 128 * 256 = 4 Mi
  // records a segment, more
  // than fit into the largest segment.
  private static final int INDEX_COUNT = 128;
  private static final int INDEX_SPACING = 256;

  private final RollCycleArithmetic arithmetic = RollCycleArithmetic.of(INDEX_COUNT, INDEX_SPACING);
  private int segment;

  SegmentClock(int segment) {
    this.segment = segment;
  }

  int segment() {
    return segment;
  }

  void roll() {
    segment++;
  }

  @Override
  public long currentTimeMillis() {
    return (long) segment * CYCLE_MILLIS;
  }

  @Override
  public String format() {
    return Segment.NAME_PATTERN;
  }

  @Override
  public int lengthInMillis() {
    return CYCLE_MILLIS;
  }

  @Override
  public int defaultIndexCount() {
    return arithmetic.indexCount();
  }

  @Override
  public int defaultIndexSpacing() {
    return arithmetic.indexSpacing();
  }

  @Override
  public long toIndex(int cycle, long sequenceNumber) {
    return arithmetic.toIndex(cycle, sequenceNumber);
  }

  @Override
  public long toSequenceNumber(long index) {
    return arithmetic.toSequenceNumber(index);
  }

  @Override
  public int toCycle(long index) {
    return arithmetic.toCycle(index);
  }

  @Override
  public long maxMessagesPerCycle() {
    return arithmetic.maxMessagesPerCycle();
  }
}
