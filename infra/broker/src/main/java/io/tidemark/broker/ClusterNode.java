package io.tidemark.broker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/** A broker or controller of a {@link BrokerCluster}, in a process of its own. */
final class ClusterNode {
  private ClusterNode() {}

  /**
   * Runs it until the process that has started it is gone.
   *
   * @param args the file of its settings, and the cluster's id
   */
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    try (var reader = Files.newBufferedReader(Path.of(args[0]))) {
      settings.load(reader);
    }
    KafkaDirectory.format(
        Path.of(settings.getProperty("log.dirs")),
        Integer.parseInt(settings.getProperty("node.id")),
        args[1]);
    new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM).startup();
    while (System.in.read() >= 0) {
      // Nobody writes anything: it only ends.
    }
    Runtime.getRuntime().halt(0);
  }
}
