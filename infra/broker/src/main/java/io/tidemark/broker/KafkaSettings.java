package io.tidemark.broker;

import java.util.Properties;

/** Settings that all brokers of Tidemark's own share. */
final class KafkaSettings {
  private KafkaSettings() {}

  /**
   * A fresh copy of them.
   *
   * @param brokers that the cluster has, each of which keeps a copy of Kafka's own topics
   */
  static Properties common(int brokers) {
    Properties settings = new Properties();
    String copies = Integer.toString(brokers);
    String inSync = brokers >= 3 ? "2" : "1";
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
    settings.put("auto.create.topics.enable", "false");
    settings.put("unclean.leader.election.enable", "false");
    // Nothing is deleted without being asked.
    settings.put("log.retention.ms", "-1");
    settings.put("default.replication.factor", copies);
    settings.put("offsets.topic.replication.factor", copies);
    settings.put("transaction.state.log.replication.factor", copies);
    settings.put("transaction.state.log.min.isr", inSync);
    settings.put("share.coordinator.state.topic.replication.factor", copies);
    settings.put("share.coordinator.state.topic.min.isr", inSync);
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    // A broker that was killed is taken back only when the session of its predecessor is over. Its
    // controller is on the same machine, so there is no network between them that could be slow.
    settings.put("broker.session.timeout.ms", "3000");
    settings.put("broker.heartbeat.interval.ms", "500");
    // The defaults suit a machine of its own: 128 MiB for the cleaner, 10 MiB of index a segment.
    settings.put("log.cleaner.dedupe.buffer.size", "8388608");
    settings.put("log.cleaner.io.buffer.size", "262144");
    settings.put("log.index.size.max.bytes", "1048576");
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("num.recovery.threads.per.data.dir", "2");
    return settings;
  }
}
