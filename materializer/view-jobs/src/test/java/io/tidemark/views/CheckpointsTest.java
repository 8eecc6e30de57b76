package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path root;
  private Checkpoints checkpoints;

  @BeforeEach
  void open() {
    checkpoints = new Checkpoints(root, "sales", 2);
    checkpoints.open();
  }

  @Test
  void theNewestGenerationComesFirstAndInItTheNewestCheckpointByNumber() throws IOException {
    Path old = make(1, "chk-30/_metadata").getParent();
    Path ninth = make(2, "chk-9/_metadata").getParent();
    Path tenth = make(2, "chk-10/_metadata").getParent();
    make(2, "chk-11/part");
    assertThat(checkpoints.complete()).containsExactly(tenth, ninth, old);
    assertThat(checkpoints.hasOneOf(2)).isTrue();
    assertThat(checkpoints.hasOneOf(3)).isFalse();
  }

  @Test
  void anotherGenerationThatBeginsWithTheSameDigitsIsNotThatOne() throws IOException {
    make(12, "chk-1/_metadata");
    assertThat(checkpoints.hasOneOf(1)).isFalse();
  }

  @Test
  void whatTheRestoredOneSharesWithOthersStaysUntilTheJobHasItsOwn() throws IOException {
    Path older = make(1, "shared/a");
    Path shared = make(2, "shared/b");
    Path other = make(2, "chk-8/_metadata");
    Path restored = make(2, "chk-9/_metadata");
    Path own = make(3, "shared/c");
    checkpoints.prune(3, Optional.of(restored.getParent()));
    assertThat(older).doesNotExist();
    assertThat(other).doesNotExist();
    assertThat(shared).exists();
    assertThat(restored).exists();
    assertThat(own).exists();
    checkpoints.prune(3, Optional.empty());
    assertThat(shared).doesNotExist();
    assertThat(restored).doesNotExist();
    assertThat(own).exists();
  }

  private Path make(int generation, String name) throws IOException {
    Path file = checkpoints.directory(generation).resolve("job").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }
}
