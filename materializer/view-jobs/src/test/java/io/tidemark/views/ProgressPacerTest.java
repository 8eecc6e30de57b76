package io.tidemark.views;

import static io.tidemark.views.ProgressPacer.Whom.ALL;
import static io.tidemark.views.ProgressPacer.Whom.CHANGED;
import static io.tidemark.views.ProgressPacer.Whom.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressPacerTest {
  private static final long NOW_MS = 1_000_000;

  private final ProgressPacer pacer = new ProgressPacer();

  @Test
  void afterAPauseAllAreToldAtOnceWhateverIsOnItsWay() {
    assertThat(pacer.due(NOW_MS, false)).isEqualTo(ALL);
    pacer.allTold(NOW_MS);
    assertThat(pacer.due(NOW_MS + 5, false)).isEqualTo(ALL);
    assertThat(pacer.due(NOW_MS + 100, true)).isEqualTo(ALL);
  }

  @Test
  void shardsThatHaveNotChangedAreNotToldBeforeTheirTime() {
    pacer.allTold(NOW_MS);
    assertThat(pacer.due(NOW_MS, true)).isEqualTo(CHANGED);
    assertThat(pacer.due(NOW_MS + 4, true)).isEqualTo(CHANGED);
    assertThat(pacer.allDueMs()).isEqualTo(NOW_MS + 5);
    assertThat(pacer.due(pacer.allDueMs(), true)).isEqualTo(ALL);
  }

  @Test
  void whatIsOnItsWayIsAwaited() {
    pacer.allTold(NOW_MS);
    assertThat(pacer.due(NOW_MS, false)).isEqualTo(NOBODY);
    assertThat(pacer.due(NOW_MS + 4, false)).isEqualTo(NOBODY);
  }

  @Test
  void aClockThatIsSetBackDoesNotPutProgressOff() {
    pacer.allTold(NOW_MS);
    assertThat(pacer.due(NOW_MS - 60_000, false)).isEqualTo(ALL);
  }
}
