package io.tidemark.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.yammer.metrics.core.Histogram;
import com.yammer.metrics.stats.UniformSample;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.server.metrics.KafkaYammerMetrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
  @TempDir Path directory;

  @Test
  void keepsItsClusterIdAndTopicsAcrossARestart() throws Exception {
    String clusterId;
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory);
        Admin admin = admin(kafka)) {
      clusterId = kafka.clusterId();
      assertThat(admin.describeCluster().clusterId().get()).isEqualTo(clusterId);
      admin
          .createTopics(List.of(new NewTopic("flights", Optional.of(2), Optional.empty())))
          .all()
          .get();
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory);
        Admin admin = admin(kafka)) {
      assertThat(kafka.clusterId()).isEqualTo(clusterId);
      assertThat(admin.listTopics().names().get()).contains("flights");
      assertThat(kafka.fault()).isNull();
    }
  }

  /** Else each request costs a young collection some work, as {@link RequestHistograms} tells. */
  @Test
  void requestTimesAreSampledInArrays() {
    for (int start = 0; start < 2; start++) {
      try (EmbeddedKafka kafka = EmbeddedKafka.start(directory)) {
        List<Histogram> histograms =
            KafkaYammerMetrics.defaultRegistry().allMetrics().entrySet().stream()
                .filter(metric -> metric.getKey().getType().equals("RequestMetrics"))
                .map(Map.Entry::getValue)
                .filter(Histogram.class::isInstance)
                .map(Histogram.class::cast)
                .toList();
        assertThat(histograms)
            .hasSizeGreaterThan(100)
            .extracting("sample")
            .hasOnlyElementsOfType(UniformSample.class);
        assertThat(histograms).anyMatch(histogram -> histogram.count() > 0);
      }
    }
  }

  @Test
  void namesThePortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(
              () ->
                  EmbeddedKafka.start(
                      new EmbeddedKafka.Config(directory, "127.0.0.1", port, Map.of())))
          .hasMessageContaining("127.0.0.1:" + port);
    }
  }

  /** Else a connection of somebody may have the port before the broker does. */
  @Test
  void freePortsAreNoneOfThoseOfOutgoingConnections() throws Exception {
    List<Integer> ports = FreePorts.find(50);
    assertThat(ports).hasSize(50).doesNotHaveDuplicates().allMatch(port -> port < 32_768);
  }

  private static Admin admin(EmbeddedKafka kafka) {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }
}
