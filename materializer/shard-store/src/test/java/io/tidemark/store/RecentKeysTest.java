package io.tidemark.store;

import static io.tidemark.store.KeySets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RecentKeysTest {
  @Test
  void holdsWhatWasPutLastOfEachKeyInOrder() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      RecentKeys recent = new RecentKeys();
      TreeMap<byte[], Boolean> expected = new TreeMap<>(Arrays::compareUnsigned);
      for (int i = 0; i < 1_000; i++) {
        byte[] key = KeySets.anyKey(random);
        boolean removed = random.nextBoolean();
        recent.put(key, removed);
        expected.put(key, removed);
      }
      assertThat(recent.size()).as("seed %d", seed).isEqualTo(1_000);
      assertThat(from(recent, new byte[0])).as("seed %d", seed).isEqualTo(text(expected));
      for (int i = 0; i < 50; i++) {
        byte[] from = KeySets.anyKey(random);
        assertThat(from(recent, from)).as("seed %d", seed).isEqualTo(text(expected.tailMap(from)));
      }
    }
  }

  private static List<String> text(Map<byte[], Boolean> expected) {
    List<String> all = new ArrayList<>();
    expected.forEach((key, removed) -> all.add(hex(key) + " " + removed));
    return all;
  }

  private static List<String> from(RecentKeys recent, byte[] from) {
    List<String> found = new ArrayList<>();
    List<KeySource> newestFirst = new ArrayList<>();
    recent.addTo(newestFirst, from);
    KeyCursor cursor = new KeyCursor(newestFirst);
    while (cursor.nextEntry()) {
      found.add(hex(cursor.key()) + " " + cursor.lead().removed);
    }
    return found;
  }
}
