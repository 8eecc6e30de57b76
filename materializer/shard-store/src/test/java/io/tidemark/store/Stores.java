package io.tidemark.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Small stores for tests, and rows as strings. */
final class Stores {
  static final String IDENTITY = "cluster/view/v1/3";

  private Stores() {}

  /** Small enough that segments roll and keys go into files all the time. */
  static ShardStoreConfig tiny(Path directory) {
    return ShardStoreConfig.of(directory)
        .withSegmentBytes(64 << 10)
        .withDiskReserveBytes(1 << 20)
        .withMaxSnapshots(32);
  }

  static ShardStore open(Path directory) {
    return ShardStore.open(tiny(directory), IDENTITY);
  }

  /**
   * Nobody looks after it but the test, so that a seed always tells the same story, and a copy of
   * the directory is what a kill at this moment would leave.
   */
  static ShardStoreConfig unattended(Path directory) {
    return tiny(directory).withMaintenance(new Maintenance(1));
  }

  /** Copies a directory with all that is in it. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  static void delete(Path top) throws IOException {
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  static void put(ShardStore store, String key, String value) {
    store.put(bytes(key), bytes(value));
  }

  /** Everything that a snapshot sees, in its order. */
  static Map<String, String> rows(Snapshot snapshot) {
    Map<String, String> rows = new LinkedHashMap<>();
    snapshot.scan(
        new byte[0],
        null,
        (key, value) -> {
          rows.put(text(key), text(value));
          return true;
        });
    return rows;
  }

  static Map<String, String> rows(ShardStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      return rows(snapshot);
    }
  }
}
