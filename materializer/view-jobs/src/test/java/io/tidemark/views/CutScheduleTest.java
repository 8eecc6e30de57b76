package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CutScheduleTest {
  private final CutSchedule schedule = new CutSchedule(new CutGrid(100));

  @Test
  void cutsFollowTheTimesOfTheGrid() {
    assertThat(schedule.delayMs(1_000, 90)).isEqualTo(10);
    assertThat(schedule.delayMs(1_009, 99)).isEqualTo(1);
    assertThat(schedule.delayMs(1_010, 100)).isZero();
    assertThat(schedule.delayMs(1_011, 100)).isEqualTo(99);
    assertThat(schedule.delayMs(1_050, 60)).isEqualTo(60);
  }

  @Test
  void twoOfThemAreHalfAnIntervalApart() {
    assertThat(schedule.delayMs(1_090, 0)).isEqualTo(120);
    assertThat(schedule.delayMs(1_050, 0)).isEqualTo(60);
    assertThat(schedule.delayMs(1_050, 40)).isEqualTo(60);
    assertThat(schedule.delayMs(1_105, 40)).isEqualTo(105);
  }

  @Test
  void onlyAfterAPauseIsThereOneAtOnce() {
    assertThat(schedule.isPause(99)).isFalse();
    assertThat(schedule.isPause(100)).isTrue();
  }

  @Test
  void aSlowJobIsCutAtTimesOfAFastOne() {
    schedule.took(101);
    assertThat(schedule.delayMs(1_000, 50)).isEqualTo(10);
    assertThat(schedule.delayMs(1_011, 50)).isEqualTo(199);
    schedule.took(101);
    assertThat(schedule.delayMs(1_011, 50)).isEqualTo(199);
    schedule.took(201);
    assertThat(schedule.delayMs(1_211, 50)).isEqualTo(399);
    for (int i = 0; i < 10; i++) {
      schedule.took(100);
    }
    assertThat(schedule.delayMs(1_211, 50)).isEqualTo(199);
    for (int i = 0; i < 9; i++) {
      schedule.took(10);
    }
    schedule.took(51);
    for (int i = 0; i < 9; i++) {
      schedule.took(10);
    }
    assertThat(schedule.delayMs(1_211, 50)).isEqualTo(199);
    schedule.took(50);
    assertThat(schedule.delayMs(1_211, 50)).isEqualTo(99);
  }

  @Test
  void shortIntervalsLeaveLessTimeForAppends() {
    assertThat(new CutGrid(10).slackMs()).isEqualTo(2);
    assertThat(new CutGrid(50).slackMs()).isEqualTo(10);
    assertThat(new CutGrid(500).slackMs()).isEqualTo(50);
    assertThat(new CutGrid(86_400_000).slackMs()).isEqualTo(100);
    assertThat(new CutGrid(100).after(-1)).isZero();
    assertThat(new CutGrid(100).after(0)).isEqualTo(100);
  }
}
