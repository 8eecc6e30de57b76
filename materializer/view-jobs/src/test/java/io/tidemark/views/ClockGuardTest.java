package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.clock.ClockWatch;
import org.junit.jupiter.api.Test;

class ClockGuardTest {
  @Test
  void allTasksOfAProcessShareOneWatchThatEndsWithTheLast() {
    assertThat(ClockGuard.watch()).isNull();
    ClockGuard one = ClockGuard.of(() -> {});
    ClockWatch watch = ClockGuard.watch();
    ClockGuard other = ClockGuard.of(() -> {});
    assertThat(ClockGuard.watch()).isNotNull().isSameAs(watch);
    one.close();
    one.close();
    assertThat(ClockGuard.watch()).as("the other one's, too").isSameAs(watch);
    other.close();
    assertThat(ClockGuard.watch()).isNull();
    ClockGuard next = ClockGuard.of(() -> {});
    assertThat(ClockGuard.watch()).isNotNull().isNotSameAs(watch);
    next.close();
    assertThat(ClockGuard.watch()).isNull();
  }
}
