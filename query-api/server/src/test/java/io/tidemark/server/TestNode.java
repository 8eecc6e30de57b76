package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.broker.BrokerCluster;
import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.broker.FreePorts;
import io.tidemark.log.LogEvent;
import io.tidemark.log.LogIds;
import io.tidemark.log.LogSpec;
import io.tidemark.log.LogStore;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.registry.EmbeddedRegistry;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A broker, a registry and a node in this process, for the tests of one class; the test itself
 * plays producer and view job.
 */
final class TestNode implements BeforeAllCallback, AfterAllCallback {
  private static final AtomicInteger LOGS = new AtomicInteger();

  static {
    // No wait of these tests is a promise; on a busy machine the first one of a process is long.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  /** The broker, unless there are several. */
  EmbeddedKafka kafka;

  /** The brokers, where there are several. */
  BrokerCluster cluster;

  LogStore logs;
  ViewCatalog catalog;
  private Path directory;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final int brokers;
  private final ChangesConfig changes;
  private Node node;

  TestNode() {
    this(1);
  }

  /** Several brokers are each in a process of its own. */
  TestNode(int brokers) {
    this(brokers, ChangesConfig.DEFAULT);
  }

  TestNode(ChangesConfig changes) {
    this(1, changes);
  }

  private TestNode(int brokers, ChangesConfig changes) {
    this.brokers = brokers;
    this.changes = changes;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    directory = Files.createTempDirectory("node");
    String bootstrapServers = startBrokers(directory.resolve("kafka"));
    EmbeddedRegistry registry =
        opened(
            EmbeddedRegistry.start(
                new EmbeddedRegistry.Config(bootstrapServers, "127.0.0.1", 0, (short) brokers)));
    SchemaRegistry client = opened(SchemaRegistry.connect(registry.uri()));
    logs = opened(LogStore.connect(bootstrapServers, client));
    catalog = opened(ViewCatalog.open(logs));
    // One that nobody is given while the node is away.
    node = Node.start(config(FreePorts.find(1).get(0), changes), logs, catalog);
  }

  private String startBrokers(Path where) throws Exception {
    if (brokers == 1) {
      kafka = opened(EmbeddedKafka.start(where));
      return kafka.bootstrapServers();
    }
    cluster = opened(BrokerCluster.start(where, brokers));
    return cluster.bootstrapServers();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (node != null) {
      node.close();
    }
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
    Utils.delete(directory.toFile());
  }

  /** How many reads may wait at once. */
  static final int MAX_WAITS = 50;

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  /** One tailer for all shards, so that a shard that fails is seen not to disturb the others. */
  private NodeConfig config(int port, ChangesConfig changes) {
    return new NodeConfig("127.0.0.1", port, data(), 2, 1, MAX_WAITS, 8, changes);
  }

  private static final Schema EVENT =
      SchemaBuilder.record("Event").fields().requiredString("text").endRecord();

  /** A log that no other test has, and its name. */
  String createLog(int partitions) {
    String log = "log" + LOGS.incrementAndGet();
    logs.create(new LogSpec(log, EVENT, partitions, brokers));
    return log;
  }

  /** Deletes a log that {@link #createLog} made, with Kafka's own tools, and creates it again. */
  void makeAnew(String log, int partitions) throws Exception {
    try (Admin admin = Admin.create(logs.clientConfig())) {
      admin.deleteTopics(List.of(log)).all().get(60, TimeUnit.SECONDS);
      Awaitility.await().until(() -> !admin.listTopics().names().get().contains(log));
    }
    logs.create(new LogSpec(log, EVENT, partitions, 1));
  }

  /** Appends so many events under one key, one after the other; the token covers all. */
  Token append(String log, int events) throws Exception {
    Token token = Token.empty(logs.clusterId());
    for (int i = 0; i < events; i++) {
      token = token.merge(logs.appender().append(event(log)).get(60, TimeUnit.SECONDS));
    }
    return token;
  }

  /** A token that nobody has given out. */
  Token token(Position position) {
    return foreign(logs.clusterId(), position);
  }

  /** One of another cluster. */
  Token foreign(String clusterId, Position position) {
    Set<String> named = new HashSet<>();
    position.forEach((topic, partition, offset) -> named.add(topic));
    return new Token(clusterId, position, LogIds.of(logIds(named)));
  }

  /** The ids of the logs among them; 0 of logs that there are not. */
  Map<String, Long> logIds(Collection<String> topics) {
    Map<String, Long> ids = new HashMap<>();
    topics.stream().filter(topic -> !Shards.isChangelog(topic)).forEach(log -> ids.put(log, 0L));
    ids.putAll(logs.ids(ids.keySet()).join().toMap());
    return ids;
  }

  /** An event of a log that {@link #createLog} made. */
  static LogEvent event(String log) {
    GenericRecord value = new GenericData.Record(EVENT);
    value.put("text", "x");
    return new LogEvent(log, "k", value);
  }

  void restartNode() {
    restartNode(changes);
  }

  /** The node comes back on the same port. */
  void restartNode(ChangesConfig other) {
    int port = uri().getPort();
    node.close();
    node = Node.start(config(port, other), logs, catalog);
  }

  private Path data() {
    return directory.resolve("data");
  }

  Path shards() {
    return data().resolve("shards");
  }

  URI uri() {
    return node.uri();
  }

  /** A reply with its body as JSON. */
  record Answer(int status, HttpResponse<byte[]> response, JsonNode body) {
    String code() {
      return body.path("code").asText();
    }

    String detail() {
      return body.path("detail").asText();
    }

    String token() {
      return response.headers().firstValue(Call.TOKEN_HEADER).orElse("");
    }
  }

  Answer get(String path, String... headers) throws Exception {
    return send(request(path, headers).GET().build());
  }

  /**
   * Asks again while Kafka did not say within the request's time where the logs end: such an answer
   * says nothing about the view.
   */
  Answer getWithEnds(String path, String... headers) throws Exception {
    Answer answer = get(path, headers);
    while (answer.code().equals("LOG_UNAVAILABLE")) {
      answer = get(path, headers);
    }
    return answer;
  }

  Answer put(String path, String body, String... headers) throws Exception {
    return send(request(path, headers).PUT(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  Answer post(String path, String body, String... headers) throws Exception {
    return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  Answer delete(String path) throws Exception {
    return send(request(path).DELETE().build());
  }

  HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri() + path));
    return headers.length == 0 ? request : request.headers(headers);
  }

  Answer send(HttpRequest request) throws Exception {
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    boolean json = response.headers().firstValue("Content-Type").orElse("").contains("json");
    return new Answer(
        response.statusCode(),
        response,
        json ? Json.MAPPER.readTree(response.body()) : Json.MAPPER.missingNode());
  }

  java.util.concurrent.CompletableFuture<Answer> getAsync(String path, String... headers) {
    return http.sendAsync(
            request(path, headers).GET().build(), HttpResponse.BodyHandlers.ofByteArray())
        .thenApply(
            response -> {
              try {
                return new Answer(
                    response.statusCode(), response, Json.MAPPER.readTree(response.body()));
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
