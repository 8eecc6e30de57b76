package io.tidemark.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small stores for tests, and rows as strings. */
final class Stores {
  static final String IDENTITY = "cluster/view/v1/3";

  private Stores() {}

  /** Small enough that segments roll and steps spill all the time. */
  static ShardStoreConfig tiny(Path directory) {
    return ShardStoreConfig.of(directory)
        .withSegmentBytes(64 << 10)
        .withStepBufferRows(16)
        .withIndexMapBytes(64 << 20)
        .withDiskReserveBytes(1 << 20)
        .withMaxSnapshots(32);
  }

  static ShardStore open(Path directory) {
    return ShardStore.open(tiny(directory), IDENTITY);
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
