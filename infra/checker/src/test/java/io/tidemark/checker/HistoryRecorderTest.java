package io.tidemark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class HistoryRecorderTest {
  private final HistoryRecorder recorder = new HistoryRecorder();

  private History history() {
    return recorder.history(List.of(AggregateModel.sequence("seq", "l")), List.of());
  }

  @Test
  void manyClientsAtOnceLoseNothing() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        String session = "c" + c;
        running.add(clients.submit(() -> client(session)));
      }
      for (Future<?> client : running) {
        client.get();
      }
    } finally {
      clients.shutdownNow();
    }
    History history = history();
    Set<String> ids = new HashSet<>();
    history.appends().forEach(append -> ids.add(append.events().get(0).id()));
    assertThat(ids).hasSize(4_000);
    assertThat(history.reads()).hasSize(4_000);
    assertThat(Checker.check(history).isClean()).isTrue();
  }

  private void client(String session) {
    for (int n = 1; n <= 1_000; n++) {
      Position token = Position.of("l", session.charAt(1) - '0', n);
      recorder.append(session, new Event(session + "-" + n, "l", session, n, null)).ok(token);
      recorder
          .read(session, Level.SESSION, 0, token)
          .asked("seq", session)
          .row("seq", session, n, n * (n + 1L) / 2, n)
          .ok(token, new Read.Reply(Level.SESSION, false, -1, false, null, "n1"));
    }
  }

  @Test
  void anAppendThatNeverEndedMayHaveHappened() {
    recorder.append("c", new Event("e", "l", "k", 1, null));
    assertThat(history().appends())
        .singleElement()
        .satisfies(append -> assertThat(append.call().outcome()).isEqualTo(Outcome.UNKNOWN));
  }

  @Test
  void aKeyThatWasAskedForAndNotGivenIsNoRow() {
    recorder
        .read("c", Level.EVENTUAL, 0, Position.empty())
        .asked("seq", "k")
        .asked("seq", "m")
        .row("seq", "m", 1, 1, 1)
        .ok(Position.empty(), new Read.Reply(Level.EVENTUAL, false, -1, false, null, "n1"));
    assertThat(history().reads().get(0).rows())
        .containsExactly(new Row("seq", "k", null), new Row("seq", "m", new long[] {1, 1, 1}));
  }

  @Test
  void readsThatFailedAreCountedAndNotJudged() {
    recorder.read("c", Level.STRONG, 0, Position.empty()).row("seq", "k", 9, 9, 9).failed();
    Report report = Checker.check(history());
    assertThat(report.isClean()).isTrue();
    assertThat(report.unansweredReads()).isEqualTo(1);
    assertThat(report.reads()).isEmpty();
  }
}
