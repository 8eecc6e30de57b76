package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PartitionLookTest {
  private static final List<Integer> THREE = List.of(1, 2, 3);

  private final PartitionLook look = new PartitionLook();

  @Test
  void aLeaderAndOneOtherOfThreeConfirm() {
    look.ended(1, 4, 17);
    assertThat(look.isConfirmed(THREE, 2)).isFalse();
    look.heard(3, 4);
    assertThat(look.isConfirmed(THREE, 2)).isTrue();
  }

  @Test
  void whoIsBehindConfirmsToo() {
    look.ended(1, 4, 17);
    look.heard(3, 2);
    assertThat(look.isConfirmed(THREE, 2)).isTrue();
  }

  @Test
  void oneThatKnowsALaterEpochIsEnoughToDoubt() {
    look.ended(1, 4, 17);
    look.heard(2, 5);
    look.heard(3, 4);
    assertThat(look.isConfirmed(THREE, 2)).isFalse();
    assertThat(look.needsEnd(5)).isTrue();
    look.ended(2, 5, 18);
    assertThat(look.isConfirmed(THREE, 2)).isTrue();
    look.ended(1, 4, 17);
    assertThat(look.end()).isEqualTo(new PartitionLook.End(2, 5, 18));
  }

  @Test
  void oneThatIsNoReplicaDoesNotCount() {
    look.ended(1, 4, 17);
    look.heard(7, 4);
    assertThat(look.isConfirmed(THREE, 2)).isFalse();
    look.heard(7, 5);
    look.heard(2, 4);
    assertThat(look.isConfirmed(THREE, 2)).isFalse();
  }

  @Test
  void theFewerMayAcknowledgeTheMoreMustConfirm() {
    look.ended(1, 4, 17);
    look.heard(2, 4);
    assertThat(look.isConfirmed(THREE, 1)).isFalse();
    look.heard(3, 4);
    assertThat(look.isConfirmed(THREE, 1)).isTrue();
  }

  @Test
  void aSingleBrokerAndOnesOfWhichAllMustAcknowledgeNeedNobodyElse() {
    look.ended(1, 0, 17);
    assertThat(look.isConfirmed(List.of(1), 1)).isTrue();
    assertThat(look.isConfirmed(List.of(1), 2)).isTrue();
    assertThat(look.isConfirmed(List.of(1, 2), 2)).isTrue();
    assertThat(look.isConfirmed(List.of(1, 2), 1)).isFalse();
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(look.describe(THREE, 2, Map.of(2, "closed the connection")))
        .isEqualTo(
            "no leader has told the end; 2 of the brokers [1, 2, 3] must know no later epoch:"
                + " broker 1 has not answered, broker 2 closed the connection, broker 3 has not"
                + " answered");
    look.ended(1, 4, 17);
    look.heard(2, 5);
    assertThat(look.describe(THREE, 2, Map.of()))
        .isEqualTo(
            "broker 1, which leads at epoch 4, told the end; 2 of the brokers [1, 2, 3] must know"
                + " no later epoch: broker 1 leads, broker 2 knows epoch 5, broker 3 has not"
                + " answered");
  }

  /**
   * Brokers that hear late of elections, in any order: whatever is confirmed covers everything that
   * had been acknowledged before the look-up began.
   */
  @Property(tries = 20_000)
  void whatIsConfirmedCoversWhatWasAcknowledged(
      @ForAll @IntRange(min = 1, max = 5) int brokers,
      @ForAll @IntRange(min = 1, max = 5) int wantedInSync,
      @ForAll long seed) {
    int minInSync = Math.min(brokers, wantedInSync);
    Elections elections = new Elections(brokers, minInSync, new Random(seed));
    List<Integer> replicas = IntStream.range(0, brokers).boxed().toList();
    for (int step = 0; step < 30; step++) {
      elections.step();
    }
    long acknowledged = elections.acknowledged();
    PartitionLook any = new PartitionLook();
    for (int step = 0; step < 60; step++) {
      elections.step();
      elections.tell(any);
      if (any.isConfirmed(replicas, minInSync)) {
        assertThat(any.end().offset()).isGreaterThanOrEqualTo(acknowledged);
      }
    }
  }

  /** Leaders, who among the brokers knows of them, and what they have acknowledged. */
  private static final class Elections {
    private final int minInSync;
    private final Random random;
    private final int[] known;
    private final List<Integer> leaders = new ArrayList<>();
    // By epoch, where the partition ends by its leader's word.
    private final List<Long> ends = new ArrayList<>();
    private int lastAcknowledging;

    Elections(int brokers, int minInSync, Random random) {
      this.minInSync = minInSync;
      this.random = random;
      this.known = new int[brokers];
      leaders.add(0);
      ends.add(0L);
    }

    long acknowledged() {
      return ends.get(lastAcknowledging);
    }

    void step() {
      switch (random.nextInt(6)) {
        case 0 -> {
          leaders.add(random.nextInt(known.length));
          ends.add(-1L);
        }
        case 1, 2 -> {
          int broker = random.nextInt(known.length);
          known[broker] = Math.max(known[broker], random.nextInt(leaders.size()));
        }
        default -> acknowledge(random.nextInt(leaders.size()));
      }
    }

    /** Only who leads and knows it, with enough who know it too; and none after a successor. */
    private void acknowledge(int epoch) {
      int leader = leaders.get(epoch);
      long inSync = IntStream.of(known).filter(each -> each == epoch).count();
      if (known[leader] == epoch && inSync >= minInSync && epoch >= lastAcknowledging) {
        ends.set(epoch, acknowledged() + 1);
        lastAcknowledging = epoch;
      }
    }

    void tell(PartitionLook look) {
      int broker = random.nextInt(known.length);
      int epoch = known[broker];
      if (random.nextBoolean()) {
        look.heard(broker, epoch);
      } else if (leaders.get(epoch) == broker) {
        // A leader that has not acknowledged anything yet has what its predecessors had; one that
        // has been deposed has no more than when it was.
        long end = -1;
        for (int each = 0; each <= epoch; each++) {
          end = Math.max(end, ends.get(each));
        }
        look.ended(broker, epoch, end);
      }
    }
  }
}
