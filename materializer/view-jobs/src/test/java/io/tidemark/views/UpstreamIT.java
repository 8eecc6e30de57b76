package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import io.tidemark.schemas.catalog.ViewDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A view over a view whose changelog is written by hand: what each record means to it. */
class UpstreamIT {
  @TempDir static Path directory;
  static ViewLab lab;

  @BeforeAll
  static void start() {
    lab = new ViewLab(directory);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void rowsCountFromTheNextProgressAndAllShardsMustBeThere() throws Exception {
    try (FedView up = new FedView(lab, "steps", 2, false)) {
      ViewDefinition view = groups(up, "");
      String one = keyIn(up, 0);
      String two = keyIn(up, 1);
      try (ChangelogFold fold = new ChangelogFold(lab, view)) {
        long first = up.begin(0, 1, 0, up.at(0));
        up.put(first, one, "g", 5);
        up.progress(0, first, up.at(3));
        long second = up.begin(1, 1, 0, up.at(0));
        up.put(second, two, "g", 7);
        up.progress(1, second, up.at(2));
        fold.awaitPosition(up.at(2));
        assertThat(frontier(fold).offset(up.log, 0)).isEqualTo(2);
        assertThat(totals(fold)).isEqualTo(Map.of("g", 12));
        // Half of a step: no progress has followed these.
        up.put(second, two, "other", 70);
        up.put(first, one, "g", 6);
        long seen = up.progress(0, first, up.at(4));
        fold.awaitPosition(Position.of(up.definition.getChangelog(), 0, seen));
        assertThat(totals(fold)).isEqualTo(Map.of("g", 13));
        assertThat(frontier(fold).offset(up.log, 0)).isEqualTo(2);
        up.progress(1, second, up.at(4));
        fold.awaitPosition(up.at(4));
        assertThat(totals(fold)).isEqualTo(Map.of("g", 6, "other", 70));
      }
    }
  }

  @Test
  void whatTheUpstreamJobUndoesIsUndoneBelowToo() throws Exception {
    try (FedView up = new FedView(lab, "undone", 1, false)) {
      ViewDefinition view = groups(up, "");
      try (ChangelogFold fold = new ChangelogFold(lab, view)) {
        long first = up.begin(0, 1, 0, up.at(0));
        up.put(first, "a", "g", 1);
        up.put(first, "b", "g", 10);
        up.put(first, "c", "h", 100);
        up.mark(0, first, 3, 0);
        up.progress(0, first, up.at(3));
        up.put(first, "a", "h", 1000);
        up.delete(first, "b");
        up.put(first, "lost", "x", 1);
        up.mark(0, first, 4, 0);
        up.put(first, "c", "y", 1);
        up.progress(0, first, up.at(9));
        fold.awaitPosition(up.at(9));
        assertThat(totals(fold)).isEqualTo(Map.of("h", 1000, "x", 1, "y", 1));

        long again = up.begin(0, 1, 3, up.at(12));
        up.put(again, "d", "g", 5);
        up.progress(0, again, up.at(8));
        up.put(first, "zombie", "z", 1);
        up.progress(0, first, up.at(50));
        // Nothing is seen of the second run before it has caught up with its target.
        up.put(again, "e", "e", 5);
        up.progress(0, again, up.at(11));
        fold.poll(300);
        assertThat(totals(fold)).isEqualTo(Map.of("h", 1000, "x", 1, "y", 1));
        long caughtUp = up.progress(0, again, up.at(12));
        fold.awaitPosition(Position.of(up.definition.getChangelog(), 0, caughtUp));
        assertThat(totals(fold)).isEqualTo(Map.of("g", 16, "h", 100, "e", 5));
        assertThat(frontier(fold).offset(up.log, 1)).isEqualTo(12);

        long fromNothing = up.begin(0, 2, 0, up.at(12));
        up.put(fromNothing, "a", "g", 2);
        long last = up.progress(0, fromNothing, up.at(13));
        fold.awaitPosition(Position.of(up.definition.getChangelog(), 0, last));
        assertThat(totals(fold)).isEqualTo(Map.of("g", 2));
      }
    }
  }

  @Test
  void anExactCutOfAllShardsIsCalledOneAndNothingElseIs() throws Exception {
    try (FedView up = new FedView(lab, "cuts", 2, true)) {
      ViewDefinition view = groups(up, "");
      assertThat(view.getExact()).isFalse();
      try (ChangelogFold fold = new ChangelogFold(lab, view)) {
        long first = up.begin(0, 1, 0, up.at(0));
        long second = up.begin(1, 1, 0, up.at(0));
        up.put(first, keyIn(up, 0), "g", 5);
        long ahead = up.progress(0, first, up.at(3));
        up.progress(1, second, up.at(2));
        fold.awaitPosition(up.at(2).merge(Position.of(up.definition.getChangelog(), 0, ahead)));
        assertThat(fold.shards).noneMatch(shard -> shard.lastExact);
        up.progress(1, second, up.at(3));
        fold.awaitPosition(up.at(3));
        assertThat(fold.shards).allMatch(shard -> shard.lastExact);
      }
    }
    try (FedView up = new FedView(lab, "bounds", 1, false)) {
      ViewDefinition view = groups(up, "");
      try (ChangelogFold fold = new ChangelogFold(lab, view)) {
        up.progress(0, up.begin(0, 1, 0, up.at(0)), up.at(3));
        fold.awaitPosition(up.at(3));
        assertThat(fold.shards).noneMatch(shard -> shard.lastExact);
      }
    }
  }

  /** Whatever writers do, and while the job below fails, the result is that of a replica. */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void itFollowsAsAReplicaDoes(String stateBackend) throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed of itFollowsAsAReplicaDoes: " + seed);
    Random random = new Random(seed);
    int shards = 3;
    try (FedView up = new FedView(lab, "wild_" + stateBackend, shards, false)) {
      ViewDefinition view =
          groups(up, ", 'parallelism' = '2', 'state-backend' = '%s'".formatted(stateBackend));
      List<Writer> writers = new ArrayList<>();
      for (int s = 0; s < shards; s++) {
        writers.add(new Writer(up, s, random));
      }
      int failures = 0;
      try (ChangelogFold below = new ChangelogFold(lab, view);
          ChangelogFold replica = new ChangelogFold(lab, up.definition)) {
        for (int step = 0; step < 1500; step++) {
          writers.get(random.nextInt(shards)).step();
          if (step % 250 == 100) {
            // The last failure's epoch is there, and the job's own behind it.
            long back = 2L * failures + 1;
            below.await(() -> below.shards.get(0).epochs >= back, 120);
            lab.failWriter(view, below);
            failures++;
          }
          if (step % 10 == 0) {
            below.poll(random.nextInt(10));
          }
        }
        Position end = Position.empty();
        for (Writer writer : writers) {
          end = end.merge(writer.finish());
        }
        below.awaitPosition(end);
        replica.awaitPosition(up.at(Writer.END));
        Map<Object, Integer> wanted = new TreeMap<>();
        replica
            .rows()
            .forEach(
                row ->
                    wanted.merge(row.get("grp").toString(), (Integer) row.get("v"), Integer::sum));
        assertThat(totals(below)).isEqualTo(wanted).isNotEmpty();
        assertThat(below.shards.get(0).epochs).isGreaterThan(failures + 3);
      }
    }
  }

  /** A writer of one shard that does what a real one may do, as badly as it gets. */
  private static final class Writer {
    static final long END = 1_000_000;
    private final FedView up;
    private final int shard;
    private final Random random;
    private final List<String> keys = new ArrayList<>();
    private final List<Long> checkpoints = new ArrayList<>(List.of(0L));
    private long generation = 1;
    private long restored;
    private long epoch;
    private long zombie = -1;
    private long position;

    Writer(FedView up, int shard, Random random) throws Exception {
      this.up = up;
      this.shard = shard;
      this.random = random;
      for (int i = 0; keys.size() < 12; i++) {
        if (up.shardOf("k" + i) == shard) {
          keys.add("k" + i);
        }
      }
      epoch = up.begin(shard, generation, 0, up.at(0));
    }

    void step() throws Exception {
      String key = keys.get(random.nextInt(keys.size()));
      int what = random.nextInt(100);
      if (what < 45) {
        up.put(epoch, key, "g" + random.nextInt(5), random.nextInt(100));
      } else if (what < 55) {
        up.delete(epoch, key);
      } else if (what < 80) {
        position += random.nextInt(3);
        up.progress(shard, epoch, up.at(position));
      } else if (what < 88) {
        long next = checkpoints.get(checkpoints.size() - 1) + 1 + random.nextInt(2);
        checkpoints.add(next);
        while (checkpoints.size() > 4) {
          checkpoints.remove(0);
        }
        up.mark(shard, epoch, next, checkpoints.get(0));
      } else if (what < 92 && zombie >= 0) {
        up.put(zombie, key, "zombie", 1);
        up.progress(shard, zombie, up.at(END));
      } else if (what < 94) {
        // An older job that woke up late.
        long refused = up.begin(shard, generation - 1, 99, up.at(0));
        up.put(refused, key, "refused", 1);
        up.progress(shard, refused, up.at(END));
      } else if (what < 97) {
        goBack();
      }
    }

    private void goBack() throws Exception {
      int kept = random.nextInt(checkpoints.size());
      long checkpoint = checkpoints.get(kept);
      if (checkpoint < restored) {
        generation++;
      }
      checkpoints.subList(kept + 1, checkpoints.size()).clear();
      restored = checkpoint;
      zombie = epoch;
      epoch = up.begin(shard, generation, checkpoint, up.at(position + random.nextInt(5)));
      position -= random.nextInt((int) Math.min(position, 5) + 1);
    }

    /** With rows at the very end that were seen and are then undone. */
    Position finish() throws Exception {
      checkpoints.add(checkpoints.get(checkpoints.size() - 1) + 1);
      up.mark(shard, epoch, checkpoints.get(checkpoints.size() - 1), 0);
      for (String key : keys.subList(0, 6)) {
        up.put(epoch, key, "lost", 1000);
      }
      position += 10;
      up.progress(shard, epoch, up.at(position));
      goBack();
      long behind = up.progress(shard, epoch, up.at(END));
      return Position.of(up.definition.getChangelog(), shard, behind);
    }
  }

  private static ViewDefinition groups(FedView up, String options) throws Exception {
    String name = up.definition.getView() + "_groups";
    ViewDefinition view =
        lab.createView(
            name,
            """
            CREATE MATERIALIZED VIEW %s WITH ('checkpoint-interval' = '20 ms', 'shards' = '2'%s) AS
            SELECT grp, COUNT(*) AS n, SUM(v) AS total FROM %s GROUP BY grp
            """
                .formatted(name, options, up.definition.getView()));
    assertThat(view.getSources()).containsExactlyInAnyOrder(up.log, up.definition.getChangelog());
    return view;
  }

  private static String keyIn(FedView up, int shard) {
    for (int i = 0; ; i++) {
      if (up.shardOf("k" + i) == shard) {
        return "k" + i;
      }
    }
  }

  private static Position frontier(ChangelogFold fold) {
    return fold.shards.get(0).frontier;
  }

  private static Map<Object, Integer> totals(ChangelogFold fold) {
    return fold.rows().stream()
        .collect(
            Collectors.toMap(
                row -> row.get("grp").toString(),
                row -> ((Number) row.get("total")).intValue(),
                (a, b) -> {
                  throw new AssertionError("two rows of one key");
                },
                HashMap::new));
  }
}
