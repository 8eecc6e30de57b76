package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a shard costs that has nothing in it, with the configuration that everybody has. */
@EnabledOnOs(OS.LINUX)
class FootprintTest {
  private static final int SHARDS = 200;

  @TempDir Path directory;

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private long diskKilobytes() throws Exception {
    Process du = new ProcessBuilder("du", "-sk", directory.toString()).start();
    String printed = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(du.waitFor()).isZero();
    return Long.parseLong(printed.split("\\s")[0]);
  }

  private ShardStore open(String name, boolean written) {
    ShardStore store = ShardStore.open(ShardStoreConfig.of(directory.resolve(name)), name);
    if (written) {
      put(store, "a", "1");
      store.commit(bytes("m"));
    }
    return store;
  }

  @Test
  void emptyShardsTakeLittleOfAnything() throws Exception {
    measure(false);
  }

  @Test
  void shardsThatAreBeingWrittenTakeLittleOfAnything() throws Exception {
    measure(true);
  }

  private void measure(boolean written) throws Exception {
    List<ShardStore> stores = new ArrayList<>();
    try {
      // The first one pays for what they all share.
      stores.add(open("first", written));
      long files = openFiles();
      long heap = usedHeap();
      int threads = threads();
      long disk = diskKilobytes();
      for (int i = 0; i < SHARDS; i++) {
        stores.add(open("shard-" + i, written));
      }
      long filesEach = (openFiles() - files) / SHARDS;
      long heapEach = (usedHeap() - heap) / SHARDS;
      long diskEach = (diskKilobytes() - disk) / SHARDS;
      System.out.printf(
          "A shard, %s: %d open files, %,d bytes of heap, %d KiB of disk%n",
          written ? "being written" : "empty", filesEach, heapEach, diskEach);
      assertThat(filesEach).isLessThanOrEqualTo(4);
      assertThat(heapEach).isLessThanOrEqualTo(64 << 10);
      assertThat(diskEach).isLessThanOrEqualTo(1 << 10);
      assertThat(threads() - threads).as("no thread per shard").isLessThan(SHARDS / 20);
    } finally {
      stores.forEach(ShardStore::close);
    }
  }
}
