package io.tidemark.schemas.registry;

import static io.tidemark.schemas.registry.RawClient.submission;
import static io.tidemark.schemas.registry.RegistryContract.V1;
import static io.tidemark.schemas.registry.RegistryContract.WITH_DEFAULT;
import static io.tidemark.schemas.registry.RegistryContract.parse;
import static io.tidemark.schemas.registry.RegistryContract.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded registry does with its topic. Each case has a broker of its own. */
class EmbeddedRegistryIT {
  @TempDir Path directory;
  private EmbeddedKafka kafka;

  @BeforeEach
  void startKafka() {
    kafka = EmbeddedKafka.start(directory);
  }

  @AfterEach
  void stopKafka() {
    kafka.close();
  }

  private static int register(RawClient http, String subject, String schema) {
    return http.post("/subjects/" + subject + "/versions", submission(schema))
        .ok()
        .body()
        .get("id")
        .intValue();
  }

  @Test
  void a_restart_keeps_everything() {
    List<JsonNode> before;
    try (EmbeddedRegistry registry = RegistryUnderTest.start(kafka)) {
      RawClient http = new RawClient(registry.uri());
      register(http, "kept", V1);
      register(http, "kept", WITH_DEFAULT);
      register(http, "deleted", V1);
      register(http, "gone", unique("Gone"));
      http.delete("/subjects/kept/versions/1").ok();
      http.delete("/subjects/deleted").ok();
      http.delete("/subjects/gone").ok();
      http.delete("/subjects/gone?permanent=true").ok();
      http.put("/config", "compatibility", "FULL").ok();
      http.put("/config/kept", "compatibility", "NONE").ok();
      http.put("/mode/kept", "mode", "READONLY").ok();
      before = everything(http);
    }
    try (EmbeddedRegistry registry = RegistryUnderTest.start(kafka)) {
      RawClient http = new RawClient(registry.uri());
      assertThat(everything(http)).isEqualTo(before);
      assertThat(register(http, "new", unique("New"))).isEqualTo(3);
    }
  }

  private static List<JsonNode> everything(RawClient http) {
    List<JsonNode> answers = new ArrayList<>();
    for (String path :
        List.of(
            "/subjects?deleted=true",
            "/schemas?deleted=true",
            "/schemas",
            "/config",
            "/config/kept",
            "/mode",
            "/mode/kept",
            "/schemas/ids/1/versions?deleted=true",
            "/schemas/ids/3")) {
      answers.add(http.get(path).body());
    }
    return answers;
  }

  @Test
  void the_topic_holds_what_confluents_server_would_have_written() {
    try (EmbeddedRegistry registry = RegistryUnderTest.start(kafka)) {
      RawClient http = new RawClient(registry.uri());
      register(http, "s", "\"long\"");
      http.put("/config", "compatibility", "NONE").ok();
      http.put("/config/s", "compatibility", "FULL").ok();
      http.put("/mode/s", "mode", "READWRITE").ok();
      http.delete("/mode/s").ok();
      register(http, "t", "\"int\"");
      http.delete("/subjects/t/versions/1").ok();
      http.delete("/subjects/s").ok();
      http.delete("/subjects/s?permanent=true").ok();
    }
    assertThat(topic())
        .containsExactly(
            "{'keytype':'SCHEMA','subject':'s','version':1,'magic':1} "
                + "{'subject':'s','version':1,'id':1,'schema':'\\'long\\'','deleted':false}",
            "{'keytype':'CONFIG','magic':0} {'compatibilityLevel':'NONE'}",
            "{'keytype':'CONFIG','subject':'s','magic':0} {'subject':'s','compatibilityLevel':'FULL'}",
            "{'keytype':'MODE','subject':'s','magic':0} {'subject':'s','mode':'READWRITE'}",
            "{'keytype':'MODE','subject':'s','magic':0} null",
            "{'keytype':'SCHEMA','subject':'t','version':1,'magic':1} "
                + "{'subject':'t','version':1,'id':2,'schema':'\\'int\\'','deleted':false}",
            "{'keytype':'SCHEMA','subject':'t','version':1,'magic':1} "
                + "{'subject':'t','version':1,'id':2,'schema':'\\'int\\'','deleted':true}",
            "{'keytype':'DELETE_SUBJECT','subject':'s','magic':0} {'subject':'s','version':1}",
            "{'keytype':'SCHEMA','subject':'s','version':1,'magic':1} null",
            "{'keytype':'CONFIG','subject':'s','magic':0} null");
  }

  /** Key and value of every committed record, with single quotes for double ones. */
  private List<String> topic() {
    List<String> records = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(TopicReader.PARTITION));
      consumer.seekToBeginning(List.of(TopicReader.PARTITION));
      long end = consumer.endOffsets(List.of(TopicReader.PARTITION)).get(TopicReader.PARTITION);
      while (consumer.position(TopicReader.PARTITION) < end) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          records.add((record.key() + " " + record.value()).replace('"', '\''));
        }
      }
    }
    return records;
  }

  @Test
  void it_takes_over_a_topic_of_another_server() throws Exception {
    createTopic(1, "compact");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (String[] record :
          new String[][] {
            {"{'keytype':'NOOP','magic':0}", null},
            {"{'keytype':'CONFIG','subject':null,'magic':0}", "{'compatibilityLevel':'FORWARD'}"},
            {
              "{'magic':1,'keytype':'SCHEMA','subject':'old','version':1}",
              "{'subject':'old','version':1,'id':7,'md5':'x','schema':'\\'long\\'','deleted':false}"
            },
            {
              "{'keytype':'SCHEMA','subject':'proto','version':1,'magic':1}",
              "{'subject':'proto','version':1,'id':9,'schemaType':'PROTOBUF','schema':'syntax;','deleted':false}"
            },
            {"{'keytype':'CONTEXT','tenant':'default','context':'.c','magic':0}", "{}"},
            {"{'keytype':'SCHEMA','subject':'broken','version':1,'magic':1}", "{'id':"},
            {"no key", "no value"},
          }) {
        String value = record[1] == null ? null : record[1].replace('\'', '"');
        producer.send(new ProducerRecord<>("_schemas", record[0].replace('\'', '"'), value)).get();
      }
    }
    try (EmbeddedRegistry registry = RegistryUnderTest.start(kafka)) {
      RawClient http = new RawClient(registry.uri());
      assertThat(http.get("/config").body().get("compatibilityLevel").asText())
          .isEqualTo("FORWARD");
      assertThat(http.get("/schemas/ids/7").ok().body())
          .isEqualTo(parse("{\"schema\":\"\\\"long\\\"\"}"));
      assertThat(http.get("/subjects/proto/versions/1").ok().body().get("schemaType").asText())
          .isEqualTo("PROTOBUF");
      assertThat(register(http, "old", "\"long\"")).isEqualTo(7);
      assertThat(register(http, "new", "\"int\"")).isEqualTo(10);
    }
  }

  @Test
  void two_registries_on_one_topic_agree() throws Exception {
    int writesEach = 8;
    ExecutorService writers = Executors.newFixedThreadPool(2);
    try (EmbeddedRegistry one = RegistryUnderTest.start(kafka);
        EmbeddedRegistry two = RegistryUnderTest.start(kafka)) {
      RawClient first = new RawClient(one.uri());
      RawClient second = new RawClient(two.uri());
      first.put("/config", "compatibility", "NONE").ok();
      List<Future<Set<Integer>>> writing = new ArrayList<>();
      for (RawClient http : List.of(first, second)) {
        RawClient other = http == first ? second : first;
        writing.add(
            writers.submit(
                () -> {
                  Set<Integer> ids = new HashSet<>();
                  for (int i = 0; i < writesEach; i++) {
                    int id = register(http, "shared", unique("Concurrent"));
                    ids.add(id);
                    // Acknowledged by one, known to the other at once.
                    other.get("/schemas/ids/" + id).ok();
                  }
                  return ids;
                }));
      }
      Set<Integer> ids = new TreeSet<>();
      for (Future<Set<Integer>> ended : writing) {
        ids.addAll(ended.get());
      }
      assertThat(ids).as("no id was given out twice").hasSize(2 * writesEach);
      JsonNode versions = first.get("/subjects/shared/versions").ok().body();
      assertThat(versions).as("no version was overwritten").hasSize(2 * writesEach);
      assertThat(second.get("/schemas").ok().body()).isEqualTo(first.get("/schemas").ok().body());
    } finally {
      writers.shutdownNow();
    }
  }

  @Test
  void a_topic_that_would_lose_schemas_is_refused() throws Exception {
    createTopic(2, "delete");
    assertThatThrownBy(() -> RegistryUnderTest.start(kafka).close())
        .isInstanceOfSatisfying(
            TidemarkException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE))
        .hasMessageContaining("2 partitions")
        .hasMessageContaining("cleanup.policy=delete");
  }

  @Test
  void a_port_in_use_is_an_error_that_names_it() {
    try (EmbeddedRegistry running = RegistryUnderTest.start(kafka)) {
      int port = running.uri().getPort();
      assertThatThrownBy(
              () ->
                  EmbeddedRegistry.start(
                          new EmbeddedRegistry.Config(
                              kafka.bootstrapServers(), "127.0.0.1", port, (short) 1))
                      .close())
          .isInstanceOf(TidemarkException.class)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("in use");
    }
  }

  @Test
  void a_schema_too_large_for_kafka_is_refused_and_the_registry_goes_on() {
    try (EmbeddedRegistry registry = RegistryUnderTest.start(kafka)) {
      RawClient http = new RawClient(registry.uri());
      String large =
          "{\"type\":\"record\",\"name\":\"Large\",\"doc\":\""
              + "x".repeat(2_000_000)
              + "\",\"fields\":[]}";
      http.post("/subjects/s/versions", submission(large)).isError(42209);
      assertThat(register(http, "s", V1)).isEqualTo(1);
      assertThat(http.get("/subjects/s/versions").ok().body()).isEqualTo(parse("[1]"));
    }
  }

  @Test
  void reads_go_on_and_writes_are_not_acknowledged_while_kafka_is_away() throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(20);
    try (EmbeddedRegistry registry = RegistryUnderTest.start(kafka)) {
      RawClient http = new RawClient(registry.uri());
      int id = register(http, "s", V1);
      kafka.close();
      List<Future<RawClient.Answer>> writing = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String subject = "t" + i;
        writing.add(
            writers.submit(() -> http.post("/subjects/" + subject + "/versions", submission(V1))));
      }
      assertThat(http.get("/schemas/ids/" + id).ok().body().get("schema").asText()).isNotEmpty();
      assertThat(http.get("/subjects").ok().body()).isEqualTo(parse("[\"s\"]"));
      assertThat(writing).as("no write has been answered").noneMatch(Future::isDone);
    } finally {
      writers.shutdownNow();
    }
  }

  private void createTopic(int partitions, String policy) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("_schemas", partitions, (short) 1)
                      .configs(Map.of("cleanup.policy", policy))))
          .all()
          .get();
    }
  }
}
