package io.tidemark.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.metadata.storage.Formatter;

/** The directory that a broker or controller keeps everything in. */
final class KafkaDirectory {
  private KafkaDirectory() {}

  /**
   * Makes the directory ready for a node of a cluster without dynamic controllers, unless it is.
   * Returns the id of the cluster that it belongs to.
   *
   * @param newClusterId of the cluster, if the directory is empty or missing
   */
  static String format(Path directory, int nodeId, String newClusterId) throws IOException {
    Files.createDirectories(directory);
    Path meta = directory.resolve("meta.properties");
    if (Files.exists(meta)) {
      Properties properties = new Properties();
      try (var reader = Files.newBufferedReader(meta)) {
        properties.load(reader);
      }
      String clusterId = properties.getProperty("cluster.id");
      if (clusterId == null) {
        throw new IOException(
            meta + " names no cluster.id; restore it or start on an empty directory");
      }
      return clusterId;
    }
    Formatter formatter =
        new Formatter()
            .setPrintStream(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
            .setNodeId(nodeId)
            .setClusterId(newClusterId)
            .setControllerListenerName("CONTROLLER")
            .setMetadataLogDirectory(directory.toString())
            .setHasDynamicQuorum(false)
            .addDirectory(directory.toString());
    try {
      formatter.run();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("cannot format " + directory + ": " + e.getMessage(), e);
    }
    return newClusterId;
  }
}
