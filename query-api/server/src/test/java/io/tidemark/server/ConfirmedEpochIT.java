package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.broker.BrokerCluster;
import io.tidemark.log.Position;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Strong reads that have the leader confirmed, with three brokers, of which two stand still. */
class ConfirmedEpochIT {
  private static final int BROKERS = 3;

  @RegisterExtension static final TestNode node = new TestNode(BROKERS);

  @Test
  void anAnswerThatMayBeADeposedLeadersIsGivenOnlyToThoseWhoTrustIt() throws Exception {
    String log = node.createLog(1);
    Position end = node.append(log, 3).position();
    try (TestView view = new TestView(node, "v_" + log, 1, 1, true, log)) {
      view.beginAll(Position.empty());
      view.row("LAS", 1, 3);
      view.cutAll(1, end);
      String plain = "/v1/views/" + view.name + "/rows/LAS/1?consistency=strong&timeoutMs=20000";
      String confirmed = plain + "&confirm=epoch";
      assertThat(node.get(plain).status()).isEqualTo(200);
      TestNode.Answer sure = node.get(confirmed);
      assertThat(sure.status()).as(sure.detail()).isEqualTo(200);
      assertThat(sure.body().path("read").path("confirmed").asText()).isEqualTo("epoch");

      List<Integer> others = othersThanTheLeader(log);
      BrokerCluster cluster = node.cluster;
      cluster.pause(others.get(0));
      try {
        assertThat(node.get(confirmed).status()).as("one of two others is enough").isEqualTo(200);
        cluster.pause(others.get(1));
        try {
          TestNode.Answer trusting = node.get(plain);
          assertThat(trusting.status()).as(trusting.detail()).isEqualTo(200);
          assertThat(trusting.body().path("read").has("confirmed")).isFalse();
          TestNode.Answer refused = node.get(confirmed.replace("20000", "3000"));
          assertThat(refused.status()).isEqualTo(503);
          assertThat(refused.code()).isEqualTo("EPOCH_NOT_CONFIRMED");
          assertThat(refused.body().path("retry").asText()).isEqualTo("later");
          assertThat(refused.detail())
              .contains("broker " + others.get(0) + " has not answered")
              .contains("broker " + others.get(1) + " has not answered");
        } finally {
          cluster.resume(others.get(1));
        }
      } finally {
        cluster.resume(others.get(0));
      }
      assertThat(node.get(confirmed).status()).isEqualTo(200);
    }
  }

  private static List<Integer> othersThanTheLeader(String log) throws Exception {
    try (Admin admin = Admin.create(node.logs.clientConfig())) {
      int leader =
          admin
              .describeTopics(List.of(log))
              .allTopicNames()
              .get()
              .get(log)
              .partitions()
              .get(0)
              .leader()
              .id();
      return IntStream.rangeClosed(1, BROKERS).filter(each -> each != leader).boxed().toList();
    }
  }
}
