package io.tidemark.schemas.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClockWatchTest {
  private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);

  private long timeOfDayMs = 1_700_000_000_000L;
  private long monotonicNs = -5_000_000_000L;
  private long heldUpMs;

  private final ClockWatch watch = new ClockWatch(() -> timeOfDayMs, this::monotonicNs);

  private long monotonicNs() {
    long now = monotonicNs;
    pass(heldUpMs);
    return now;
  }

  private void pass(long ms) {
    timeOfDayMs += ms;
    monotonicNs += TimeUnit.MILLISECONDS.toNanos(ms);
  }

  @Test
  void aSetBackIsCountedOnce() {
    pass(10_000);
    assertThat(watch.setBacks()).isZero();
    timeOfDayMs -= HOUR_MS;
    assertThat(watch.setBacks()).isEqualTo(1);
    pass(10_000);
    assertThat(watch.setBacks()).isEqualTo(1);
    timeOfDayMs -= 2_000;
    assertThat(watch.setBacks()).isEqualTo(2);
  }

  @Test
  void aStepForwardCountsWhenItIsTakenBack() {
    timeOfDayMs += HOUR_MS;
    assertThat(watch.setBacks()).isZero();
    pass(10_000);
    timeOfDayMs -= HOUR_MS;
    assertThat(watch.setBacks()).isEqualTo(1);
  }

  @Test
  void aTimeOfDayThatIsSetBackALittleCountsWhenThatAddsUp() {
    for (int i = 0; i < 10; i++) {
      pass(10_000);
      timeOfDayMs -= 100;
      assertThat(watch.setBacks()).isZero();
    }
    timeOfDayMs -= 100;
    assertThat(watch.setBacks()).isEqualTo(1);
  }

  @Test
  void aThreadThatWasHeldUpDoesNotTakeItForASetBack() {
    heldUpMs = 5_000;
    assertThat(watch.setBacks()).isZero();
    heldUpMs = 0;
    assertThat(watch.setBacks()).isZero();
  }

  @Test
  void aClientIsMadeAnewAfterASetBackOnly() {
    List<String> done = new ArrayList<>();
    Renewed<Integer> client = client(done);
    assertThat(client.get()).isEqualTo(1);
    pass(10_000);
    assertThat(client.get()).isEqualTo(1);
    timeOfDayMs -= HOUR_MS;
    assertThat(client.get()).isEqualTo(2);
    assertThat(client.get()).isEqualTo(2);
    assertThat(done).containsExactly("make 1", "rouse 1", "make 2", "close 1");
  }

  @Test
  void whoIsInsideACallIsRousedAndOthersAreNot() {
    List<String> done = new ArrayList<>();
    Renewed<Integer> stale = client(done);
    List<String> doneToOther = new ArrayList<>();
    Renewed<Integer> other = client(doneToOther);
    stale.get();
    timeOfDayMs -= HOUR_MS;
    other.get();
    watch.tell();
    assertThat(done).containsExactly("make 1", "rouse 1");
    assertThat(doneToOther).containsExactly("make 1");
    stale.get();
    done.clear();
    watch.tell();
    assertThat(done).isEmpty();
  }

  @Test
  void aClosedClientIsNotMadeAnew() {
    List<String> done = new ArrayList<>();
    Renewed<Integer> client = client(done);
    client.get();
    client.close();
    timeOfDayMs -= HOUR_MS;
    watch.tell();
    assertThat(client.get()).isEqualTo(1);
    assertThat(done).containsExactly("make 1", "close 1");
  }

  /** Clients that are numbered, and note what is done to them. */
  private Renewed<Integer> client(List<String> done) {
    int[] made = {0};
    return new Renewed<>(
        watch,
        () -> {
          done.add("make " + ++made[0]);
          return made[0];
        },
        client -> done.add("rouse " + client),
        client -> done.add("close " + client));
  }
}
