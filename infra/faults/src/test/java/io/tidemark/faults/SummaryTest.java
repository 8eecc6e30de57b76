package io.tidemark.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checker.Report;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private final Tally tally = new Tally();

  private Summary summary(Map<FaultKind, Integer> faults, List<String> troubles) {
    return new Summary(
        "standalone",
        1,
        60,
        faults,
        Map.of(),
        tally.errors(),
        troubles,
        new Report(Map.of(), Map.of(), 0, 0, List.of()));
  }

  @Test
  void errorsThatAFaultExcusesAreCountedAndNoMore() {
    tally.failed("STRONG", new TidemarkException(ErrorCode.NODE_UNAVAILABLE, "one"));
    tally.failed("STRONG", new TidemarkException(ErrorCode.NODE_UNAVAILABLE, "two"));
    Summary summary = summary(Map.of(), List.of());
    assertThat(summary.isClean()).isTrue();
    assertThat(summary.text()).contains("NODE_UNAVAILABLE (STRONG) 2").doesNotContain("excused");
  }

  @Test
  void anErrorThatNoFaultExcusesIsAFinding() {
    tally.failed("SESSION", new TidemarkException(ErrorCode.INTERNAL, "the first"));
    tally.failed("SESSION", new TidemarkException(ErrorCode.INTERNAL, "the second"));
    Summary summary = summary(Map.of(), List.of());
    assertThat(summary.isClean()).isFalse();
    assertThat(summary.text()).contains("INTERNAL (SESSION): the first").doesNotContain("second");
  }

  @Test
  void aPastThatLiesInTheFutureIsExcusedWhereClocksWereMoved() {
    tally.failed(
        "AS_OF",
        new TidemarkException(
            ErrorCode.INVALID_REQUEST, "asOf must be a time of the past: it is earlier"));
    assertThat(summary(Map.of(), List.of()).isClean()).isFalse();
    assertThat(summary(Map.of(FaultKind.STEP_CLOCK, 1), List.of()).isClean()).isTrue();
  }

  @Test
  void aSystemThatDoesNotComeToRestIsAFinding() {
    assertThat(summary(Map.of(), List.of("it did not come to rest")).isClean()).isFalse();
  }
}
