package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;

import java.util.Random;
import java.util.TreeMap;

/**
 * An endless story of steps, the same for each seed, told to a store or to plain maps: puts,
 * deletes, savepoints, rollbacks, aborted attempts, and a commit whose metadata is the step's
 * number.
 */
final class Script {
  static final int KEYS = 200;
  private static final int MAX_SAVEPOINTS = 20;

  private final long seed;
  private final TreeMap<String, String> rows = new TreeMap<>();
  private final TreeMap<Integer, TreeMap<String, String>> savepoints = new TreeMap<>();
  private int step;

  Script(long seed) {
    this.seed = seed;
  }

  int step() {
    return step;
  }

  TreeMap<String, String> rows() {
    return rows;
  }

  /** One more step, for the maps and, if there is one, for the store. */
  void tell(ShardStore store) {
    step++;
    Random random = new Random(seed * 1_000_003 + step);
    // Without a store there is nothing to abort, but the same numbers must be drawn.
    long attempt = random.nextLong();
    if (store != null && attempt % 4 == 0) {
      abortedAttempt(store, new Random(attempt));
    }
    if (random.nextInt(10) == 0 && !savepoints.isEmpty()) {
      rollback(store, random);
    }
    int changes = random.nextInt(20) == 0 ? 300 : random.nextInt(12);
    for (int i = 0; i < changes; i++) {
      change(store, random);
      if (random.nextInt(15) == 0) {
        savepoint(store);
      }
    }
    if (store != null) {
      store.commit(bytes("" + step));
    }
  }

  private void change(ShardStore store, Random random) {
    String key = "k" + random.nextInt(KEYS);
    if (random.nextInt(4) == 0) {
      rows.remove(key);
      if (store != null) {
        store.delete(bytes(key));
      }
    } else {
      String value = step + "-" + "v".repeat(random.nextInt(300));
      rows.put(key, value);
      if (store != null) {
        Stores.put(store, key, value);
      }
    }
  }

  private void savepoint(ShardStore store) {
    int id = savepoints.isEmpty() ? 1 : savepoints.lastKey() + 1;
    savepoints.put(id, new TreeMap<>(rows));
    if (store != null) {
      store.savepoint(id);
    }
    if (savepoints.size() > MAX_SAVEPOINTS) {
      savepoints.pollFirstEntry();
      if (store != null) {
        store.pruneSavepoints(savepoints.firstKey());
      }
    }
  }

  private void rollback(ShardStore store, Random random) {
    int to =
        random.nextInt(10) == 0
            ? 0
            : Math.max(savepoints.firstKey(), savepoints.lastKey() - random.nextInt(4));
    savepoints.tailMap(to, false).clear();
    rows.clear();
    if (to > 0) {
      rows.putAll(savepoints.get(to));
    }
    if (store != null) {
      store.rollbackTo(to);
    }
  }

  private static void abortedAttempt(ShardStore store, Random random) {
    for (int i = random.nextInt(40); i > 0; i--) {
      Stores.put(store, "k" + random.nextInt(KEYS), "aborted");
    }
    store.abort();
  }
}
