package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class HoldTest {
  private static final long MS = 1_000_000;

  private final Hold hold = new Hold(new CutGrid(100));

  private static ConsumerRecord<byte[], byte[]> event(int partition, long offset, long ms) {
    return event(partition, offset, ms, 10);
  }

  private static ConsumerRecord<byte[], byte[]> event(
      int partition, long offset, long ms, int bytes) {
    return new ConsumerRecord<>(
        "log",
        partition,
        offset,
        ms,
        TimestampType.CREATE_TIME,
        0,
        bytes,
        new byte[0],
        new byte[0],
        new RecordHeaders(),
        Optional.empty());
  }

  /** An event that takes five milliseconds to get here. */
  private boolean offer(int partition, long offset, long ms) {
    return offer(event(partition, offset, ms), ms + 5);
  }

  private boolean offer(ConsumerRecord<byte[], byte[]> event, long nowMs) {
    return hold.offer(event, nowMs, nowMs * MS);
  }

  private List<Long> freed() {
    List<Long> offsets = new ArrayList<>();
    for (var event = hold.next(); event != null; event = hold.next()) {
      offsets.add(event.offset());
    }
    return offsets;
  }

  @Test
  void whatIsLaterThanTheTimeOfTheCutWaitsForTheBarrier() {
    assertThat(offer(0, 1, 5_000)).as("before the first barrier").isTrue();
    hold.cut(1_010);
    assertThat(offer(0, 2, 1_090)).isTrue();
    assertThat(offer(0, 3, 1_100)).isFalse();
    assertThat(offer(0, 4, 1_050)).as("behind one that waits").isFalse();
    assertThat(offer(1, 7, 1_099)).as("in another partition").isTrue();
    assertThat(hold.firstOffsets()).isEqualTo(Map.of(0, 3L));
    assertThat(hold.next()).isNull();
    hold.cut(1_110);
    assertThat(freed()).containsExactly(3L, 4L);
    assertThat(hold.firstOffsets()).isEmpty();
  }

  @Test
  void whatHasNotPassedYetIsNoPartOfTheNextCheckpointEither() {
    hold.cut(1_010);
    offer(0, 1, 1_000);
    offer(0, 2, 1_100);
    offer(0, 3, 1_100);
    hold.cut(1_110);
    assertThat(hold.next()).matches(event -> event.offset() == 2);
    assertThat(hold.firstOffsets()).isEqualTo(Map.of(0, 3L));
  }

  @Test
  void nobodyWaitsForABarrierThatIsNotDue() {
    hold.cut(1_010);
    assertThat(offer(0, 1, 1_112)).as("the first since the barrier").isTrue();
    assertThat(offer(0, 2, 1_113)).isTrue();
  }

  @Test
  void anEventFromTheFutureIsHeldLikeOneOfNow() {
    hold.cut(1_010);
    offer(0, 1, 1_000);
    assertThat(offer(event(0, 2, 99_000), 1_115)).isFalse();
    hold.cut(1_116);
    assertThat(freed()).containsExactly(2L);
  }

  @Test
  void aBarrierThatDoesNotComeIsNotWaitedFor() {
    hold.cut(1_010);
    offer(0, 1, 1_000);
    offer(0, 2, 1_110);
    hold.expire(1_214, 1_214 * MS);
    assertThat(hold.hasNext()).isFalse();
    hold.expire(1_215, 1_215 * MS);
    assertThat(freed()).containsExactly(2L);
    assertThat(hold.isHolding()).isFalse();
  }

  @Test
  void aBarrierThatComesAtALaterTimeOfTheGridFindsNothingBehindThatTime() {
    hold.cut(1_010);
    offer(0, 1, 1_000);
    offer(0, 2, 1_110);
    offer(0, 3, 1_200);
    hold.expire(1_216, 1_216 * MS);
    assertThat(freed()).containsExactly(2L);
    assertThat(hold.firstOffsets()).isEqualTo(Map.of(0, 3L));
  }

  @Test
  void memoryIsBounded() {
    hold.cut(1_010);
    offer(0, 1, 1_000);
    int bytes = 1 << 20;
    long offset = 2;
    while (!hold.hasNext()) {
      assertThat(offer(event(0, offset++, 1_110, bytes), 1_115)).isFalse();
    }
    assertThat((offset - 3) * bytes).isLessThanOrEqualTo(Hold.MOST_BYTES);
    assertThat(freed()).hasSize((int) offset - 2);
    assertThat(offer(0, offset, 1_111)).as("until the next barrier").isTrue();
  }

  /** Whatever the times: each partition's events pass in order, once, and none is forgotten. */
  @Test
  void ofEachPartitionTheEventsPassInTheirOrder() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int partitions = 3;
    long[] appended = new long[partitions];
    long[] passed = new long[partitions];
    long nowMs = 10_000;
    for (int i = 0; i < 200_000; i++) {
      nowMs += random.nextInt(3);
      if (random.nextInt(40) == 0) {
        hold.expire(nowMs, nowMs * MS);
      }
      ConsumerRecord<byte[], byte[]> event = hold.next();
      if (event == null) {
        int partition = random.nextInt(partitions);
        long ms = nowMs + random.nextInt(300) - 200;
        event = event(partition, appended[partition]++, ms, random.nextInt(1 << 19));
        if (!hold.offer(event, nowMs, nowMs * MS)) {
          event = null;
        }
      }
      if (event != null) {
        assertThat(event.offset()).as("seed %d", seed).isEqualTo(passed[event.partition()]++);
      }
      if (random.nextInt(60) == 0) {
        Map<Integer, Long> first = hold.firstOffsets();
        for (int p = 0; p < partitions; p++) {
          assertThat(first.getOrDefault(p, appended[p])).as("seed %d", seed).isEqualTo(passed[p]);
        }
        hold.cut(nowMs);
      }
    }
    assertThat(hold.firstOffsets().size()).as("seed %d", seed).isLessThanOrEqualTo(partitions);
  }
}
