package io.tidemark.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class PartOptionsTest {
  private final StringWriter told = new StringWriter();

  private String start(Duration wait, Iterator<TidemarkException> failures) throws Exception {
    Callable<String> start =
        () -> {
          if (failures.hasNext()) {
            throw failures.next();
          }
          return "up";
        };
    return PartOptions.startWithin(wait, start, new PrintWriter(told));
  }

  private static TidemarkException away() {
    return new TidemarkException(ErrorCode.LOG_UNAVAILABLE, "no broker at 127.0.0.1:9");
  }

  @Test
  void whatIsAwayAtTheStartIsTriedAgain() throws Exception {
    assertThat(start(Duration.ofMinutes(1), List.of(away(), away()).iterator())).isEqualTo("up");
    assertThat(told.toString().lines())
        .hasSize(2)
        .containsOnly("tidemark: cannot start yet, trying again: no broker at 127.0.0.1:9");
  }

  @Test
  void theErrorComesOutWhenTheTimeIsOver() {
    assertThatThrownBy(() -> start(Duration.ZERO, List.of(away(), away()).iterator()))
        .hasMessage("no broker at 127.0.0.1:9");
    assertThat(told.toString()).isEmpty();
  }

  @Test
  void whatNoOtherTryMendsIsNotTriedAgain() {
    TidemarkException wrong = new TidemarkException(ErrorCode.INVALID_NAME, "not so");
    assertThatThrownBy(() -> start(Duration.ofMinutes(1), List.of(wrong, wrong).iterator()))
        .isSameAs(wrong);
    assertThat(told.toString()).isEmpty();
  }
}
