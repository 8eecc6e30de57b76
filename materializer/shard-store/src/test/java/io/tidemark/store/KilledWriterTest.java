package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL in the middle of the work, again and again on one directory. More rounds: {@code
 * -Dtidemark.store.kills=200}; another story: {@code -Dtidemark.store.seed=17}.
 */
class KilledWriterTest {
  @TempDir Path directory;

  @Test
  void storeStandsAtACommitThatWasReachedAndNotBeforeTheLastOneThatWasDone() throws Exception {
    int rounds = Integer.getInteger("tidemark.store.kills", 5);
    long seed = Long.getLong("tidemark.store.seed", System.nanoTime());
    Random random = new Random(seed);
    Script expected = new Script(seed);
    for (int round = 0; round < rounds; round++) {
      int done = runAndKill(seed, 1 + random.nextInt(400), expected.step());
      try (ShardStore store = Stores.open(directory.resolve("shard"))) {
        String at = "seed " + seed + ", round " + round;
        int step = Integer.parseInt(Stores.text(store.metadata()));
        assertThat(step).as(at).isBetween(done, done + 1_000);
        while (expected.step() < step) {
          expected.tell(null);
        }
        assertThat(Stores.rows(store))
            .as(at)
            .containsExactlyEntriesOf(new LinkedHashMap<>(expected.rows()));
        assertThat(store.stats().rowCount()).as(at).isEqualTo(expected.rows().size());
      }
    }
  }

  private Path errors() {
    return directory.resolve("errors");
  }

  /** Gives the last step that was known to be done when the process was killed. */
  private int runAndKill(long seed, int stepsBeforeKill, int from) throws Exception {
    Process writer = WriterProcess.start(directory.resolve("shard"), seed, errors());
    try (BufferedReader steps = writer.inputReader(StandardCharsets.UTF_8)) {
      int done = from;
      for (int i = 0; i < stepsBeforeKill; i++) {
        String line = steps.readLine();
        if (line == null) {
          throw new AssertionError("The writer ended by itself: " + Files.readString(errors()));
        }
        done = Integer.parseInt(line);
      }
      // Not through the process itself, which would close the stream that is still to be read.
      writer.toHandle().destroyForcibly();
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
      // What it had printed by then was done as well.
      for (String line = steps.readLine(); line != null; line = steps.readLine()) {
        if (line.length() >= Integer.toString(done).length()) {
          done = Math.max(done, Integer.parseInt(line));
        }
      }
      return done;
    } finally {
      writer.destroyForcibly();
    }
  }

  @Test
  void directoryOfALiveProcessIsRefused() throws Exception {
    Process writer = WriterProcess.start(directory.resolve("shard"), 1, errors());
    try (BufferedReader steps = writer.inputReader(StandardCharsets.UTF_8)) {
      assertThat(steps.readLine()).isEqualTo("1");
      assertThatThrownBy(() -> Stores.open(directory.resolve("shard")))
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.LOCKED));
    } finally {
      writer.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
  }
}
