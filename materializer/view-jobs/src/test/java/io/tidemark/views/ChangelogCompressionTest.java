package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangelogCompressionTest {
  @Test
  void isSnappyWhereItsLibraryCanBeLoaded() throws Exception {
    assertThat(inProcessOfItsOwn()).endsWith("codec: snappy");
  }

  @Test
  void isLz4WhereItCannot() throws Exception {
    // The library that comes with Snappy is then not looked at, and the system has none.
    assertThat(inProcessOfItsOwn("-Dorg.xerial.snappy.use.systemlib=true")).endsWith("codec: lz4");
  }

  private static String inProcessOfItsOwn(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-Djava.library.path=", "-cp", System.getProperty("java.class.path")));
    command.add(Print.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Says which codec it is in that process. */
  static final class Print {
    private Print() {}

    public static void main(String[] arguments) {
      System.out.println("codec: " + ChangelogCompression.NAME);
    }
  }
}
