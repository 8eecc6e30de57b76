package io.tidemark.standalone.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Utils;

/**
 * Where libraries of a server put what they need for as long as the process runs: Flink its jars,
 * some 70 MB, and the working files of RocksDB, which grow with the views' state. A process that is
 * killed leaves them behind, so they lie where the next start finds and deletes them.
 */
final class TemporaryFiles {
  private static final String PROPERTY = "java.io.tmpdir";
  private static final String USUAL = "/tmp";

  private TemporaryFiles() {}

  /**
   * Has all that this process loads from now on use that directory, and deletes what an earlier one
   * has left there. Whoever has set {@code java.io.tmpdir} keeps what was chosen. To be called
   * once, before any library has asked where temporary files belong.
   *
   * @param directory of this process alone; is made if it is not there
   */
  static void keepIn(Path directory) throws IOException {
    if (!USUAL.equals(System.getProperty(PROPERTY))) {
      return;
    }
    Utils.delete(directory.toFile());
    Files.createDirectory(directory);
    System.setProperty(PROPERTY, directory.toString());
  }
}
