package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.log.LogIds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.store.ShardStore;
import io.tidemark.store.ShardStoreConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of a store's states a shard holds for reads of the past. */
class ShardTest {
  private static final String CHANGELOG = Shards.changelog("view", 1);
  private static final LogIds IDS = LogIds.of("log", 5);
  private static final byte[] KEY = "row".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  private static Position at(long offset) {
    return Position.of("log", 0, offset);
  }

  private static ReplicaState state(int number) {
    EpochStart start = new EpochStart(1L, 0L, List.of());
    return new ReplicaState(10L * number, 0, start, Position.empty(), at(number), false, 0, 0);
  }

  /** A shard whose n-th state reflects the log up to n. */
  private Shard shard(ShardStore store, int states) {
    for (int i = 1; i <= states; i++) {
      store.put(KEY, (i + "v".repeat(4_000)).getBytes(StandardCharsets.UTF_8));
      store.commit(state(i).toBytes());
    }
    Shard shard = new Shard("view", CHANGELOG, 0, IDS);
    shard.opened(store, state(states));
    return shard;
  }

  private ShardStore store(Duration retention) {
    return ShardStore.open(
        ShardStoreConfig.of(directory.resolve("store"))
            .withSegmentBytes(64 << 10)
            .withDiskReserveBytes(0)
            .withRetention(retention),
        "view/0");
  }

  private static long shown(Callable<Shard.Pinned> pin) throws Exception {
    try (Shard.Pinned pinned = pin.call()) {
      return pinned.state().frontier().offset("log", 0);
    }
  }

  @Test
  void aTokenIsKnownToBeSatisfiedByWhatFollowsAndByNothingElse() {
    try (ShardStore store = store(Duration.ZERO)) {
      Shard shard = shard(store, 2);
      Token token = new Token("cluster", at(2), IDS);
      assertThat(shard.isKnownToSatisfy(token)).isFalse();
      shard.satisfies(token);
      assertThat(shard.isKnownToSatisfy(token)).isTrue();
      // More than are remembered: some of them are looked for in the same place.
      for (int i = 0; i < 100; i++) {
        assertThat(shard.isKnownToSatisfy(new Token("cluster", at(3), IDS))).isFalse();
      }
      shard.publish(state(3));
      assertThat(shard.isKnownToSatisfy(token)).isTrue();
      shard.publish(state(1));
      assertThat(shard.isKnownToSatisfy(token)).as("an earlier state").isFalse();
    }
  }

  @Test
  void aStateThatHasBeenGivenUpIsGone() throws Exception {
    try (ShardStore store = store(Duration.ZERO)) {
      Shard shard = shard(store, 200);
      long made;
      try (Shard.Pinned newest = shard.pinOldest(Requirement.of(at(200)))) {
        made = newest.snapshot().committedAtMillis();
      }
      store.compact();
      for (Callable<Shard.Pinned> old :
          List.<Callable<Shard.Pinned>>of(
              () -> shard.pinOldest(Requirement.of(at(3))), () -> shard.pinAt(made - 3_600_000))) {
        assertThatThrownBy(old::call)
            .isInstanceOfSatisfying(
                TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AS_OF_GONE))
            .hasMessageContaining("shard 0 of view view does not keep");
      }
    }
  }

  @Test
  void aGapAtTheEndOfTheLogIsReflectedByTheLastState() throws Exception {
    try (ShardStore store = store(Duration.ofHours(1))) {
      Shard shard = shard(store, 5);
      shard.reflectsGaps(at(9));
      assertThat(shown(() -> shard.pinOldest(Requirement.of(at(8))))).isEqualTo(5);
      assertThat(shown(() -> shard.pinOldest(Requirement.of(at(4))))).isEqualTo(4);
    }
  }

  @Test
  void aPageThatCannotShowTheStateOfThePageBeforeIsRefused() throws Exception {
    ServedView view =
        new ServedView(
            new ViewDefinition(
                "view",
                1,
                false,
                "",
                CHANGELOG,
                1,
                List.of("origin", "dest"),
                TestView.ROW.toString(),
                7,
                List.of("log"),
                IDS.toMap(),
                false,
                Map.of("retention", "1 h")));
    try (ShardStore store = store(view.retention())) {
      Shard shard = shard(store, 5);
      assertThat(shown(() -> again(30).pin(view, shard))).isEqualTo(3);
      // The node of the page before had made visible what this one has skipped.
      assertThatThrownBy(() -> again(25).pin(view, shard))
          .isInstanceOfSatisfying(
              TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AS_OF_GONE))
          .hasMessageContaining("changelog offset 25");
    }
  }

  private static AsOf again(long changelogOffset) {
    return new AsOf.Again(
        "asked", new Token("c", Position.of(CHANGELOG, 0, changelogOffset), LogIds.NONE));
  }
}
