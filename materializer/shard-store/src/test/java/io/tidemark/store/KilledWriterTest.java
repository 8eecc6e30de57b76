package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL in the middle of the work, again and again on one directory; and what it leaves damaged
 * further, by a cut of the last segment and by flipped bytes. Other numbers of rounds: {@code
 * -Dtidemark.store.kills=200}; another story: {@code -Dtidemark.store.seed=17}.
 */
class KilledWriterTest {
  @TempDir Path directory;

  @Test
  void storeStandsAtACommitThatWasReachedAndNotBeforeTheLastOneThatWasDone() throws Exception {
    int rounds = Integer.getInteger("tidemark.store.kills", 50);
    long seed = Long.getLong("tidemark.store.seed", System.nanoTime());
    Random random = new Random(seed);
    Script expected = new Script(seed);
    for (int round = 0; round < rounds; round++) {
      int done = runAndKill(seed, 1 + random.nextInt(400), expected.step());
      String damage = damageACopy(random);
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
        checkCopy(at + ", " + damage, done, expected);
      }
    }
  }

  /** The last segment cut anywhere, or some bytes flipped anywhere. */
  private String damageACopy(Random random) throws IOException {
    Path copy = directory.resolve("copy");
    if (Files.exists(copy)) {
      Stores.delete(copy);
    }
    Stores.copy(directory.resolve("shard"), copy);
    List<Path> files;
    try (Stream<Path> all = Files.walk(copy)) {
      files = all.filter(file -> file.toFile().length() > 0).filter(Files::isRegularFile).toList();
    }
    if (random.nextBoolean()) {
      Path last =
          files.stream()
              .filter(file -> Segment.numberOf(file.getFileName().toString()) > 0)
              .max(Comparator.comparing(Path::getFileName))
              .orElseThrow();
      int length = random.nextInt((int) last.toFile().length());
      try (RandomAccessFile file = new RandomAccessFile(last.toFile(), "rw")) {
        file.setLength(length);
      }
      return last.getFileName() + " cut to " + length;
    }
    StringBuilder what = new StringBuilder();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      Path path = files.get(random.nextInt(files.size()));
      byte[] bytes = Files.readAllBytes(path);
      int at = random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(path, bytes);
      what.append(copy.relativize(path)).append(" flipped at ").append(at).append(' ');
    }
    return what.toString();
  }

  /** Either it is found, or the store stands where it may, with each row right or found out. */
  private void checkCopy(String what, int done, Script expected) {
    try (ShardStore store = Stores.open(directory.resolve("copy"));
        Snapshot snapshot = store.snapshot()) {
      int step = Integer.parseInt(Stores.text(store.metadata()));
      if (step != expected.step()) {
        // What had not been acknowledged may be missing, but nothing else.
        assertThat(step).as(what).isBetween(done, expected.step());
        return;
      }
      for (int i = 0; i < Script.KEYS; i++) {
        checkRow(what, snapshot, "k" + i, expected.rows().get("k" + i));
      }
      assertThat(Stores.rows(snapshot)).as(what).isEqualTo(expected.rows());
    } catch (StoreException e) {
      assertThat(e.kind())
          .as(what)
          .isIn(
              StoreException.Kind.CORRUPT,
              StoreException.Kind.WRONG_IDENTITY,
              StoreException.Kind.WRONG_FORMAT);
    }
  }

  private static void checkRow(String what, Snapshot snapshot, String key, String expected) {
    try {
      byte[] value = snapshot.get(Stores.bytes(key));
      assertThat(value == null ? null : Stores.text(value)).as(what).isEqualTo(expected);
    } catch (StoreException e) {
      assertThat(e.kind()).as(what).isEqualTo(StoreException.Kind.CORRUPT);
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
      assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
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
      writer.destroyForcibly().waitFor(60, TimeUnit.SECONDS);
    }
  }
}
