package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.log.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A broker that is gone takes nothing with it that was readable. */
class BrokerDownIT {
  @RegisterExtension static final TestNode node = new TestNode();

  @Test
  void whatIsThereIsReadWhileTheBrokerIsDown() throws Exception {
    try (TestView view = new TestView(node, "routes", 1, 1, node.createLog(1))) {
      view.beginAll(Position.empty());
      view.row("LAS", 1, 7);
      view.progressAll(Position.empty());
      String row = "/v1/views/routes/rows/LAS/1";
      await().until(() -> node.get(row).body().path("row").path("flights").asInt() == 7);
      assertThat(node.get(row + "?consistency=strong").status()).isEqualTo(200);

      node.kafka.close();
      TestNode.Answer eventual = node.get(row);
      assertThat(eventual.body().path("row").path("flights").asInt()).isEqualTo(7);
      assertThat(node.get(row, Call.TOKEN_HEADER, eventual.token()).status()).isEqualTo(200);
      TestNode.Answer strong = node.get(row + "?consistency=strong&timeoutMs=500");
      assertThat(strong.status()).as(strong.detail()).isEqualTo(503);
      assertThat(strong.code()).isEqualTo("LOG_UNAVAILABLE");
      TestNode.Answer confirmed = node.get(row + "?consistency=strong&confirm=epoch&timeoutMs=500");
      assertThat(confirmed.status()).as(confirmed.detail()).isEqualTo(503);
      assertThat(confirmed.code()).isEqualTo("LOG_UNAVAILABLE");
      TestNode.Answer ready = node.get("/v1/ready");
      assertThat(ready.status()).isEqualTo(503);
      JsonNode parts = ready.body().path("parts");
      assertThat(parts.path("broker").asText()).isNotEqualTo("ready");
      assertThat(parts.path("replicas").asText()).isEqualTo("ready");
      // Staleness goes on growing: nobody claims to be fresh without having looked.
      long stalenessMs = eventual.body().path("read").path("stalenessMs").asLong();
      await()
          .until(
              () ->
                  node.get(row).body().path("read").path("stalenessMs").asLong()
                      > stalenessMs + 1_000);
      // A loose bound is kept for a while; a narrow one would need a look.
      assertThat(node.get(row + "?consistency=bounded&maxStalenessMs=600000").status())
          .isEqualTo(200);
      TestNode.Answer bounded =
          node.get(row + "?consistency=bounded&maxStalenessMs=900&timeoutMs=300");
      assertThat(bounded.status()).as(bounded.detail()).isEqualTo(503);
      assertThat(bounded.code()).isEqualTo("LOG_UNAVAILABLE");
    }
  }
}
