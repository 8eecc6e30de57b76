package io.tidemark.store;

import static io.tidemark.store.Stores.put;
import static io.tidemark.store.Stores.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Others fill the disk under an open store, so that its reserve is gone before it looks. The disk
 * is a small file system in memory, which only root can mount.
 */
class FullDiskTest {
  private static final byte[] META = {1};

  @TempDir Path mountPoint;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can mount a small disk");
    mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", mountPoint.toString()) == 0;
    assumeTrue(mounted, "this machine does not let root mount a tmpfs");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      run("umount", "-l", mountPoint.toString());
    }
  }

  @Test
  void everyStepThatWasCommittedIsReadWhileTheDiskIsFullAndAfterwards() throws Exception {
    long seed = System.nanoTime();
    System.out.println("FullDiskTest: seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      Path directory = mountPoint.resolve("shard" + round);
      Path ballast = mountPoint.resolve("ballast");
      ShardStoreConfig config =
          Stores.tiny(directory).withSegmentBytes(1 << 20).withDiskReserveBytes(0);
      Map<String, String> committed = new HashMap<>();
      try (ShardStore store = ShardStore.open(config, Stores.IDENTITY)) {
        write(store, committed, random.nextInt(40), random);
        fill(ballast);
        StoreException refused =
            catchThrowableOfType(
                StoreException.class, () -> write(store, committed, Integer.MAX_VALUE, random));
        assertThat(refused.kind()).isEqualTo(StoreException.Kind.NO_SPACE);
        assertThat(rows(store)).isEqualTo(committed);
        store.abort();
        assertThat(rows(store)).isEqualTo(committed);
      }
      for (int again = 0; again < 2; again++) {
        try (ShardStore store = ShardStore.open(config, Stores.IDENTITY)) {
          assertThat(rows(store)).isEqualTo(committed);
        }
      }
      Files.delete(ballast);
      try (ShardStore store = ShardStore.open(config, Stores.IDENTITY)) {
        write(store, committed, 50, random);
        assertThat(rows(store)).isEqualTo(committed);
      }
      Stores.delete(directory);
    }
  }

  /** Commits steps of a few rows each, and notes what each has committed. */
  private static void write(
      ShardStore store, Map<String, String> committed, int steps, Random random) {
    for (int step = 0; step < steps; step++) {
      Map<String, String> rows = new HashMap<>();
      for (int i = 0; i <= random.nextInt(8); i++) {
        rows.put("k" + random.nextInt(500), "v".repeat(random.nextInt(3_000)));
      }
      rows.forEach((key, value) -> put(store, key, value));
      store.commit(META);
      committed.putAll(rows);
    }
  }

  /** Takes all the room there is. */
  private static void fill(Path ballast) {
    byte[] block = new byte[4096];
    IOException full =
        catchThrowableOfType(
            IOException.class,
            () -> {
              try (OutputStream out = Files.newOutputStream(ballast)) {
                while (true) {
                  out.write(block);
                }
              }
            });
    assertThat(full).hasMessageContaining("No space left");
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }
}
