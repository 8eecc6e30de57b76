package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import org.junit.jupiter.api.Test;

class CatchUpTest {
  private static final Position TARGET = at(100, 50);

  private final CatchUp catchUp = new CatchUp(TARGET);

  @Test
  void whatIsBelowTheTargetWaits() {
    assertThat(catchUp.moved(at(99, 70), 11, 100)).isFalse();
    assertThat(catchUp.moved(at(200, 49), 11, 100)).isFalse();
    assertThat(catchUp.over()).isFalse();
  }

  @Test
  void fromTheTargetOnEveryStepIsTold() {
    assertThat(catchUp.moved(at(100, 50), 1_000_000, 1)).isTrue();
    assertThat(catchUp.over()).isTrue();
    assertThat(catchUp.moved(at(101, 50), 1_000_000, 1)).isTrue();
  }

  @Test
  void withoutATargetEveryStepIsTold() {
    assertThat(new CatchUp(Position.empty()).over()).isTrue();
  }

  @Test
  void whatIsCheapIsTold() {
    assertThat(catchUp.moved(at(1, 0), 10, 99)).isFalse();
    assertThat(catchUp.moved(at(2, 0), 10, 100)).isTrue();
    assertThat(catchUp.over()).isFalse();
  }

  @Test
  void aSourceThatGoesOnIsToldOfEveryFiveSeconds() {
    for (int second = 1; second < 12; second++) {
      catchUp.moved(at(second, 0), 11, 100);
      boolean due = catchUp.second();
      assertThat(due).as("second %d", second).isEqualTo(second % CatchUp.LONGEST_SECONDS == 0);
      if (due) {
        catchUp.told();
      }
    }
  }

  @Test
  void aSourceThatStandsStillIsToldOf() {
    catchUp.moved(at(60, 0), 11, 100);
    assertThat(catchUp.second()).isFalse();
    assertThat(catchUp.second()).isTrue();
    assertThat(catchUp.over()).isFalse();
    catchUp.moved(at(61, 0), 11, 100);
    assertThat(catchUp.second()).isFalse();
  }

  @Test
  void aTargetThatNobodyComesCloserToIsGivenUp() {
    catchUp.moved(at(60, 0), 11, 100);
    for (int second = 0; second < CatchUp.LOST_SECONDS; second++) {
      assertThat(catchUp.over()).isFalse();
      catchUp.second();
      // What is in the log beyond the target, or in another log, is no step towards it.
      catchUp.moved(at(60, 0).merge(Position.of("b", 0, 1 + second)), 11, 100);
    }
    catchUp.second();
    assertThat(catchUp.over()).isTrue();
  }

  private static Position at(long first, long second) {
    return Position.of("a", 0, first).merge(Position.of("a", 1, second));
  }
}
