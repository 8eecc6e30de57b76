package io.tidemark.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.log.LogAppender;
import io.tidemark.log.LogEvent;
import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;

class LogLoadTest {
  private static final Schema SCHEMA =
      SchemaBuilder.record("Number").fields().requiredInt("n").endRecord();

  private final List<LogEvent> appended = new ArrayList<>();
  private final AtomicLong done = new AtomicLong();

  @Test
  void appendsEverythingInOrderAndTellsAllOfIt() throws Exception {
    new LogLoad(new Recorder(Integer.MAX_VALUE), event -> false, done::addAndGet)
        .run(events(1_777).iterator());
    assertThat(appended).isEqualTo(events(1_777));
    assertThat(done).hasValue(1_777);
  }

  @Test
  void leavesOutWhatIsPresentAndTellsItAsDone() throws Exception {
    new LogLoad(
            new Recorder(Integer.MAX_VALUE),
            event -> (int) event.value().get("n") % 3 != 0,
            done::addAndGet)
        .run(events(3_000).iterator());
    assertThat(appended)
        .extracting(event -> (int) event.value().get("n"))
        .isEqualTo(IntStream.range(0, 3_000).filter(n -> n % 3 == 0).boxed().toList());
    assertThat(done).hasValue(3_000);
  }

  @Test
  void stopsAtTheFirstFailureAndCountsNothingOfIt() {
    LogLoad load = new LogLoad(new Recorder(2), event -> false, done::addAndGet);
    assertThatThrownBy(() -> load.run(events(5_000).iterator()))
        .hasMessageContaining("the disk is full");
    assertThat(done).hasValue(1_000);
    assertThat(appended).hasSize(1_000);
  }

  private static List<LogEvent> events(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            n ->
                new LogEvent(
                    "numbers", "k" + n, new GenericRecordBuilder(SCHEMA).set("n", n).build()))
        .toList();
  }

  /** Acknowledges that many batches at once, and refuses all later ones. */
  private final class Recorder implements LogAppender {
    private int batches;

    Recorder(int batches) {
      this.batches = batches;
    }

    @Override
    public CompletableFuture<Token> append(List<LogEvent> events) {
      if (batches-- <= 0) {
        return CompletableFuture.failedFuture(
            new TidemarkException(ErrorCode.LOG_UNAVAILABLE, "the disk is full"));
      }
      appended.addAll(events);
      return CompletableFuture.completedFuture(Token.empty("cluster"));
    }

    @Override
    public CompletableFuture<Token> appendAtomically(List<LogEvent> events) {
      throw new UnsupportedOperationException();
    }
  }
}
