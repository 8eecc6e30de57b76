package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.standalone.http.ServerApi;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A producer that knows nothing of this project: a topic made with Kafka's admin client, a schema
 * registered over REST, and bytes put together by hand.
 */
class ForeignProducerIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCHEMA =
      """
      {"type":"record","name":"Reading","fields":[
        {"name":"sensor","type":"string"},{"name":"celsius","type":"double"}]}
      """;

  @TempDir Path directory;

  @Test
  void plainKafkaAndTheRegistrysRestApiAreEnough() throws Exception {
    try (Standalone server = Standalone.start(StandaloneConfig.onFreePorts(directory))) {
      createTopic(server.bootstrapServers());
      int schemaId = register(server.registry());
      ServerApi api = new ServerApi(server.http());

      try (KafkaProducer<String, byte[]> producer = producer(server.bootstrapServers())) {
        send(producer, schemaId, "attic", 21.5);
        api.put(
            "/v1/views/warmest",
            "application/sql",
            """
            CREATE MATERIALIZED VIEW warmest AS
            SELECT sensor, MAX(celsius) AS celsius, COUNT(*) AS readings
            FROM readings GROUP BY sensor
            """);
        send(producer, schemaId, "attic", 30.25);
        send(producer, schemaId, "cellar", 9.0);
        producer.flush();
      }

      Map<String, JsonNode> rows = Rows.all(api, "warmest");
      assertThat(rows).containsOnlyKeys("attic", "cellar");
      assertThat(rows.get("attic").path("celsius").asDouble()).isEqualTo(30.25);
      assertThat(rows.get("attic").path("readings").asLong()).isEqualTo(2);
      assertThat(rows.get("cellar").path("celsius").asDouble()).isEqualTo(9.0);
    }
  }

  private static void createTopic(String bootstrapServers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin
          .createTopics(List.of(new NewTopic("readings", Optional.of(3), Optional.empty())))
          .all()
          .get();
    }
  }

  private static int register(URI registry) throws Exception {
    String body = JSON.createObjectNode().put("schema", SCHEMA).toString();
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(registry.resolve("/subjects/readings-value/versions"))
                    .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body()).path("id").asInt();
  }

  private static KafkaProducer<String, byte[]> producer(String bootstrapServers) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
        new StringSerializer(),
        new ByteArraySerializer());
  }

  private static void send(
      KafkaProducer<String, byte[]> producer, int schemaId, String sensor, double celsius)
      throws Exception {
    producer
        .send(new ProducerRecord<>("readings", sensor, encode(schemaId, sensor, celsius)))
        .get();
  }

  /**
   * A zero byte, the id, then Avro: the text's length as a zigzag number, its bytes, the double.
   */
  private static byte[] encode(int schemaId, String sensor, double celsius) throws IOException {
    byte[] text = sensor.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(0);
    out.writeInt(schemaId);
    out.writeByte(text.length << 1);
    out.write(text);
    out.writeLong(Long.reverseBytes(Double.doubleToLongBits(celsius)));
    return bytes.toByteArray();
  }
}
