package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path temp;

  @Test
  void makesWhatIsMissingAndRemembersItsCluster() throws IOException {
    Path root = temp.resolve("a/b");
    try (DataDirectory directory = DataDirectory.open(root)) {
      assertThat(directory.clusterId()).isNull();
      directory.claim("cluster-1");
    }
    try (DataDirectory directory = DataDirectory.open(root)) {
      assertThat(directory.clusterId()).isEqualTo("cluster-1");
      directory.claim("cluster-1");
      assertRefused(() -> directory.claim("cluster-2"), "cluster-1", "cluster-2", "--data");
    }
  }

  @Test
  void refusesADirectoryThatThisProcessHas() throws IOException {
    try (DataDirectory directory = DataDirectory.open(temp)) {
      assertRefused(
          () -> DataDirectory.open(temp),
          directory.root().toString(),
          "process " + ProcessHandle.current().pid(),
          "--data");
    }
    DataDirectory.open(temp).close();
  }

  @Test
  void refusesADirectoryThatALiveProcessHasAndTakesItWhenThatIsKilled() throws Exception {
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                temp.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(owner.inputReader().readLine()).isEqualTo("locked");
      assertRefused(() -> DataDirectory.open(temp), "process " + owner.pid(), temp.toString());
    } finally {
      owner.destroyForcibly().waitFor(60, TimeUnit.SECONDS);
    }
    DataDirectory.open(temp).close();
  }

  @Test
  void refusesADirectoryOfSomethingElseAndLeavesItAlone() throws IOException {
    Files.writeString(temp.resolve("thesis.tex"), "");
    assertRefused(() -> DataDirectory.open(temp), temp.toString(), "thesis.tex", "--data");
    assertThat(temp).isDirectoryNotContaining("glob:**tidemark*");
  }

  @Test
  void refusesABrokersDirectoryOfAnotherCluster() throws IOException {
    try (DataDirectory directory = DataDirectory.open(temp)) {
      directory.claim("cluster-1");
      Files.createDirectories(directory.kafka());
    }
    Files.writeString(temp.resolve("kafka/meta.properties"), "cluster.id=cluster-2\n");
    assertRefused(() -> DataDirectory.open(temp), "cluster-1", "cluster-2", "kafka/");
    Files.writeString(temp.resolve("kafka/meta.properties"), "cluster.id=cluster-1\n");
    DataDirectory.open(temp).close();
  }

  @Test
  void refusesAnotherFormat() throws IOException {
    Files.writeString(temp.resolve("tidemark.properties"), "format=3\ncluster.id=c\n");
    assertRefused(() -> DataDirectory.open(temp), "format 3", "format 2 only", "newer version");
    Files.writeString(temp.resolve("tidemark.properties"), "format=1\ncluster.id=c\n");
    assertRefused(() -> DataDirectory.open(temp), "format 1", "format 2 only", "that wrote it");
  }

  @Test
  void refusesADamagedDescription() throws IOException {
    Files.writeString(temp.resolve("tidemark.properties"), "format=x\n");
    assertRefused(() -> DataDirectory.open(temp), "tidemark.properties", "damaged");
  }

  @Test
  void saysWhyADirectoryCannotBeMade() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertRefused(() -> DataDirectory.open(file.resolve("data")), file.toString(), "--data");
  }

  @Test
  void keepsMarkers() throws IOException {
    try (DataDirectory directory = DataDirectory.open(temp)) {
      assertThat(directory.isMarked("demo.loaded")).isFalse();
      directory.mark("demo.loaded", "3 events");
    }
    try (DataDirectory directory = DataDirectory.open(temp)) {
      assertThat(directory.isMarked("demo.loaded")).isTrue();
    }
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIRECTORY))
        .hasMessageContainingAll(parts);
  }

  /** Locks the directory and waits to be killed. */
  static final class Owner {
    public static void main(String[] args) throws IOException {
      DataDirectory directory = DataDirectory.open(Path.of(args[0]));
      System.out.println("locked");
      System.out.flush();
      System.in.read();
      directory.close();
    }
  }
}
