package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import io.tidemark.server.Freshness.Sample;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FreshnessTest {
  // nanoTime may be negative, and may overflow.
  private static final long START_NS = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);

  private final Freshness freshness = new Freshness();

  private static Position at(long offset) {
    return Position.of("flights", 0, offset);
  }

  private static Sample sample(long second, long end) {
    return new Sample(START_NS + TimeUnit.SECONDS.toNanos(second), at(end));
  }

  @Test
  void aShardIsAsOldAsTheNewestSampleThatItCovers() {
    assertThat(freshness.covered(at(7))).isNull();
    for (int second = 0; second < 10; second++) {
      freshness.add(sample(second, second * 10L));
    }
    assertThat(freshness.covered(at(0))).isEqualTo(sample(0, 0));
    assertThat(freshness.covered(at(59))).isEqualTo(sample(5, 50));
    assertThat(freshness.covered(at(1_000))).isEqualTo(sample(9, 90));
    assertThat(freshness.newest()).isEqualTo(sample(9, 90));
  }

  @Test
  void withoutSamplesEvenAShardThatHasEverythingGetsOlder() {
    freshness.add(sample(1, 10));
    Sample covered = freshness.covered(at(10));
    assertThat(covered.ageNs(START_NS + TimeUnit.SECONDS.toNanos(9)))
        .isEqualTo(TimeUnit.SECONDS.toNanos(8));
  }

  @Test
  void anEndThatStandsStillIsKnownToBeTheEndAtALaterTime() {
    freshness.add(sample(1, 10));
    freshness.add(sample(3, 10));
    assertThat(freshness.covered(at(10))).isEqualTo(sample(3, 10));
    assertThat(freshness.covered(at(9))).isNull();
  }

  @Test
  void aSampleThatEndsBelowAnEarlierOneMakesNobodyFresh() {
    freshness.add(sample(1, 10));
    freshness.add(sample(2, 20));
    freshness.add(sample(3, 5));
    assertThat(freshness.covered(at(12))).isEqualTo(sample(1, 10));
    assertThat(freshness.newest()).isEqualTo(sample(2, 20));
  }

  @Test
  void aLateAnswerToAnEarlierLookUpChangesNothing() {
    freshness.add(sample(3, 10));
    freshness.add(sample(2, 20));
    assertThat(freshness.newest()).isEqualTo(sample(3, 10));
  }

  @Test
  void thinnedOutItStillNeverMakesAShardTooFresh() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long[] ends = new long[5_000];
    for (int second = 0; second < ends.length; second++) {
      ends[second] = (second == 0 ? 0 : ends[second - 1]) + random.nextInt(3);
      freshness.add(sample(second, ends[second]));
      long reflected = random.nextLong(ends[second] + 1);
      Sample covered = freshness.covered(at(reflected));
      if (covered != null) {
        int taken = (int) TimeUnit.NANOSECONDS.toSeconds(covered.takenNs() - START_NS);
        assertThat(reflected).as("seed %d", seed).isGreaterThanOrEqualTo(ends[taken]);
      }
    }
    assertThat(freshness.covered(at(ends[4_999]))).isEqualTo(sample(4_999, ends[4_999]));
  }
}
