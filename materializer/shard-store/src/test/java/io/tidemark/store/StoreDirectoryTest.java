package io.tidemark.store;

import static io.tidemark.store.Stores.bytes;
import static io.tidemark.store.Stores.put;
import static io.tidemark.store.Stores.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.store.StoreException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {
  @TempDir Path directory;

  private void assertRefused(Kind kind, Path where, String identity, String... words) {
    assertThatThrownBy(() -> ShardStore.open(Stores.tiny(where), identity).close())
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContainingAll(words);
  }

  private void fill() {
    try (ShardStore store = Stores.open(directory)) {
      put(store, "a", "1");
      store.commit(bytes("m"));
    }
  }

  @Test
  void anotherShardIsRefused() {
    fill();
    assertRefused(
        Kind.WRONG_IDENTITY, directory, "cluster/view/v1/4", Stores.IDENTITY, "cluster/view/v1/4");
    try (ShardStore store = Stores.open(directory)) {
      assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    }
  }

  @Test
  void newerFormatIsRefused() throws Exception {
    fill();
    Path file = directory.resolve("shard");
    Files.writeString(file, Files.readString(file).replace("format=2", "format=3"));
    assertRefused(Kind.WRONG_FORMAT, directory, Stores.IDENTITY, "format 3", "up to format 2");
    Files.writeString(file, Files.readString(file).replace("format=3", "format=1"));
    assertRefused(Kind.WRONG_FORMAT, directory, Stores.IDENTITY, "format 1", "only format 2");
    Files.writeString(file, "identity=x\nformat=many\n");
    assertRefused(Kind.WRONG_IDENTITY, directory, Stores.IDENTITY, "many");
  }

  @Test
  void directoryOfSomethingElseIsRefusedAndLeftAlone() throws Exception {
    Files.writeString(directory.resolve("thesis.txt"), "precious");
    assertRefused(Kind.WRONG_IDENTITY, directory, Stores.IDENTITY, "thesis.txt");
    assertThat(directory.resolve("log")).doesNotExist();
    assertThat(directory.resolve("thesis.txt")).hasContent("precious");
  }

  @Test
  void openDirectoryIsLockedUnderEveryNameItHas() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("real"));
    try (ShardStore store = Stores.open(directory.resolve("real"))) {
      assertRefused(Kind.LOCKED, directory.resolve("real"), Stores.IDENTITY, "in use");
      assertRefused(Kind.LOCKED, link, Stores.IDENTITY, "in use");
      put(store, "a", "1");
      store.commit(bytes("m"));
    }
    try (ShardStore store = Stores.open(link)) {
      assertThat(rows(store)).containsExactly(Map.entry("a", "1"));
    }
  }

  @Test
  void deletingLeavesNothingAndRefusesWhatIsInUseOrNoShard() throws Exception {
    Path shard = directory.resolve("shard");
    ShardStore.delete(shard);
    try (ShardStore store = Stores.open(shard)) {
      put(store, "a", "1");
      store.commit(bytes("m"));
      assertThatThrownBy(() -> ShardStore.delete(shard)).hasMessageContaining("in use");
      assertThat(rows(store)).hasSize(1);
    }
    ShardStore.delete(shard);
    assertThat(shard).doesNotExist();
    try (ShardStore store = Stores.open(shard)) {
      assertThat(store.metadata()).isEmpty();
    }

    Path other = Files.createDirectories(directory.resolve("other"));
    Files.writeString(other.resolve("thesis.txt"), "precious");
    assertThatThrownBy(() -> ShardStore.delete(other)).hasMessageContaining("thesis.txt");
    assertThat(other.resolve("thesis.txt")).hasContent("precious");
  }
}
