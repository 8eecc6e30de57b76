package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TicksTest {
  private static final long NOW_MS = 1_000_000_003;

  private final Ticks alone = new Ticks(true);
  private final Ticks oneOfSeveral = new Ticks(false);

  @Test
  void aLoneTapMayTickManyTimesInAMillisecond() {
    for (int i = 0; i < Ticks.A_MS; i++) {
      assertThat(alone.next(NOW_MS)).isEqualTo(NOW_MS * Ticks.A_MS + i);
    }
    assertThat(alone.next(NOW_MS + 1)).isEqualTo((NOW_MS + 1) * Ticks.A_MS);
  }

  @Test
  void aLoneTapTicksFiveMillisecondsAfterItsLastTickOrAfterAPause() {
    alone.next(NOW_MS);
    assertThat(alone.dueMs(NOW_MS)).isEqualTo(NOW_MS + 5);
    assertThat(alone.dueMs(NOW_MS + 4)).isEqualTo(NOW_MS + 5);
    assertThat(alone.dueMs(NOW_MS + 5)).isEqualTo(NOW_MS + 10);
    assertThat(alone.dueMs(NOW_MS + 100)).isEqualTo(NOW_MS + 105);
  }

  @Test
  void severalTapsGiveTheSameTickTheSameNumber() {
    Ticks late = new Ticks(false);
    assertThat(oneOfSeveral.dueMs(NOW_MS)).isEqualTo(1_000_000_005);
    assertThat(oneOfSeveral.dueMs(1_000_000_005)).isEqualTo(1_000_000_010);
    assertThat(oneOfSeveral.next(1_000_000_005))
        .isEqualTo(late.next(1_000_000_009))
        .isEqualTo(1_000_000_005L * Ticks.A_MS);
  }

  @Test
  void noNumberComesTwiceWhenTheClockStandsStillOrGoesBack() {
    for (Ticks ticks : new Ticks[] {alone, oneOfSeveral}) {
      long first = ticks.next(NOW_MS);
      assertThat(ticks.next(NOW_MS)).isEqualTo(first + 1);
      assertThat(ticks.next(NOW_MS - 60_000)).isEqualTo(first + 2);
      assertThat(ticks.next(NOW_MS + 60_000)).isGreaterThan(first + 2);
    }
  }

  @Test
  void aClockThatGoesBackDoesNotPutTicksOff() {
    alone.next(NOW_MS);
    assertThat(alone.dueMs(NOW_MS - 60_000)).isEqualTo(NOW_MS - 60_000 + 5);
  }
}
