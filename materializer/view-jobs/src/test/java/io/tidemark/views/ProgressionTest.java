package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ProgressionTest {
  private static final Scan A = Scan.of("a", 2);
  private static final Scan B = Scan.of("b", 1);

  @Test
  void aMarkCountsOnlyWhenTheRowsHaveReachedItsTick() {
    Progression progression = new Progression(List.of(A));
    progression.add(new Mark(0, 7, true, new long[] {3, 0}));
    assertThat(progression.reach(6)).isFalse();
    assertThat(progression.position()).isEqualTo(Position.empty());
    assertThat(progression.reach(7)).isTrue();
    assertThat(progression.position()).isEqualTo(Position.of("a", 0, 3));
  }

  @Test
  void aMarkThatComesLateCountsAtOnce() {
    Progression progression = new Progression(List.of(A));
    assertThat(progression.reach(9)).isFalse();
    progression.add(new Mark(0, 8, true, new long[] {1, 0}));
    assertThat(progression.reach(9)).isTrue();
    assertThat(progression.reach(9)).isFalse();
  }

  @Test
  void subtasksOfOneScanAreMergedByTheLargerOffset() {
    Progression progression = new Progression(List.of(A, B));
    progression.add(new Mark(0, 1, true, new long[] {5, 0}));
    progression.add(new Mark(0, 1, true, new long[] {0, 6}));
    progression.add(new Mark(1, 1, true, new long[] {2}));
    progression.reach(1);
    assertThat(progression.position())
        .isEqualTo(
            Position.of("a", 0, 5).merge(Position.of("a", 1, 6)).merge(Position.of("b", 0, 2)));
  }

  @Test
  void scansOfOneLogAreMergedByTheSmallerOffset() {
    Progression progression = new Progression(List.of(A, A));
    progression.add(new Mark(0, 1, true, new long[] {5, 1}));
    assertThat(progression.reach(1)).isFalse();
    progression.add(new Mark(1, 2, true, new long[] {3, 9}));
    assertThat(progression.reach(2)).isTrue();
    assertThat(progression.position())
        .isEqualTo(Position.of("a", 0, 3).merge(Position.of("a", 1, 1)));
  }

  @Test
  void shardsOfAViewAreMergedByTheSmallerOffsetAndEachHasItsOwnChangelog() {
    Progression progression = new Progression(List.of(shard(0), shard(1)));
    progression.add(new Mark(0, 1, true, new long[] {5, 8}));
    progression.reach(1);
    assertThat(progression.position()).isEqualTo(Position.of("changes", 0, 8));
    progression.add(new Mark(1, 2, true, new long[] {4, 9}));
    progression.reach(2);
    assertThat(progression.position())
        .isEqualTo(
            Position.of("a", 0, 4)
                .merge(Position.of("changes", 0, 8))
                .merge(Position.of("changes", 1, 9)));
  }

  @Test
  void aCutIsExactWhenAllScansSaySoAndAgree() {
    Progression progression = new Progression(List.of(shard(0), shard(1)));
    progression.add(new Mark(0, 1, true, new long[] {5, 8}));
    progression.add(new Mark(1, 1, true, new long[] {4, 9}));
    progression.reach(1);
    assertThat(progression.exact()).isFalse();
    progression.add(new Mark(1, 2, false, new long[] {5, 10}));
    progression.reach(2);
    assertThat(progression.exact()).isFalse();
    progression.add(new Mark(1, 3, true, new long[] {5, 11}));
    progression.reach(3);
    assertThat(progression.exact()).isTrue();
  }

  private static Scan shard(int number) {
    return new Scan(List.of(new TopicPartition("a", 0), new TopicPartition("changes", number)));
  }
}
