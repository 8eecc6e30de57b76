package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProgressPacerTest {
  private static final long NOW_MS = 1_000_000;

  private final FakeWriter writer = new FakeWriter();
  private final ProgressPacer pacer = new ProgressPacer(writer);

  @Test
  void afterAPauseAllAreToldAtOnceWhateverIsOnItsWay() {
    writer.quiet = false;
    pacer.moved();
    assertThat(writer.takeTold()).containsExactly("all at 0");
    writer.passMs(5);
    pacer.moved();
    assertThat(writer.takeTold()).containsExactly("all at 5");
    writer.passMs(100);
    pacer.moved();
    assertThat(writer.takeTold()).containsExactly("all at 105");
  }

  /** Nothing else comes that could be the occasion. */
  @Test
  void shardsThatHaveNotChangedAreToldInTimeThoughThePositionStandsStill() {
    pacer.moved();
    writer.passMs(1);
    pacer.moved();
    assertThat(writer.takeTold()).containsExactly("all at 0", "changed at 1");
    writer.passMs(3);
    assertThat(writer.takeTold()).isEmpty();
    writer.passMs(1);
    assertThat(writer.takeTold()).containsExactly("all at 5");
    writer.passMs(100);
    assertThat(writer.takeTold()).isEmpty();
  }

  @Test
  void manyMovesTellTheChangedEachTimeAndAllEveryFiveMilliseconds() {
    pacer.moved();
    for (int ms = 1; ms <= 12; ms++) {
      writer.passMs(1);
      pacer.moved();
    }
    writer.passMs(20);
    assertThat(writer.takeTold().stream().filter(told -> told.startsWith("all")))
        .containsExactly("all at 0", "all at 5", "all at 10", "all at 15");
  }

  @Test
  void whatIsOnItsWayIsAwaitedAndThenTheChangedAreToldAtOnce() {
    pacer.moved();
    writer.quiet = false;
    writer.passMs(1);
    pacer.moved();
    writer.passMs(1);
    pacer.moved();
    assertThat(writer.takeTold()).containsExactly("all at 0");
    writer.acknowledge();
    assertThat(writer.takeTold()).containsExactly("changed at 2");
    writer.passMs(3);
    assertThat(writer.takeTold()).containsExactly("all at 5");
  }

  @Test
  void whatKafkaDoesNotAcknowledgeIsAwaitedForFiveMillisecondsOnly() {
    pacer.moved();
    writer.quiet = false;
    writer.passMs(2);
    pacer.moved();
    writer.passMs(3);
    assertThat(writer.takeTold()).containsExactly("all at 0", "all at 5");
    writer.acknowledge();
    assertThat(writer.takeTold()).isEmpty();
  }

  @Test
  void whenAllHaveBeenToldForAnotherReasonNothingIsDue() {
    pacer.moved();
    writer.passMs(1);
    pacer.moved();
    writer.passMs(1);
    writer.tellAll();
    writer.takeTold();
    writer.passMs(100);
    assertThat(writer.takeTold()).isEmpty();
  }

  @Test
  void aClockThatIsSetBackDoesNotPutProgressOff() {
    pacer.moved();
    writer.nowMs -= 60_000;
    pacer.moved();
    assertThat(writer.takeTold()).containsExactly("all at 0", "all at -60000");
  }

  /** With time that passes when the test says so. */
  private final class FakeWriter implements ProgressPacer.Writer {
    private final List<String> told = new ArrayList<>();
    private final TreeMap<Long, Runnable> timers = new TreeMap<>();
    private long nowMs = NOW_MS;
    private boolean quiet = true;
    private @Nullable Runnable whenQuiet;

    void passMs(int ms) {
      for (int i = 0; i < ms; i++) {
        nowMs++;
        Runnable due = timers.remove(nowMs);
        if (due != null) {
          due.run();
        }
      }
    }

    void acknowledge() {
      quiet = true;
      Runnable then = whenQuiet;
      whenQuiet = null;
      if (then != null) {
        then.run();
      }
    }

    List<String> takeTold() {
      List<String> taken = List.copyOf(told);
      told.clear();
      return taken;
    }

    @Override
    public void tellAll() {
      told.add("all at " + (nowMs - NOW_MS));
      pacer.allTold();
    }

    @Override
    public void tellChanged() {
      told.add("changed at " + (nowMs - NOW_MS));
    }

    @Override
    public boolean isQuiet() {
      return quiet;
    }

    @Override
    public void whenQuiet(Runnable then) {
      whenQuiet = then;
    }

    @Override
    public long nowMs() {
      return nowMs;
    }

    @Override
    public void at(long timeMs, Runnable then) {
      assertThat(timers.put(timeMs, then)).as("timers at %d", timeMs).isNull();
    }
  }
}
