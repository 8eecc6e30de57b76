package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.WireFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStoreIT {
  private static final Schema FLIGHT =
      SchemaBuilder.record("Flight")
          .fields()
          .requiredString("origin")
          .requiredInt("delay")
          .endRecord();

  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private static LogStore logs;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(directory);
    logs = LogStore.connect(kafka.bootstrapServers(), new InMemoryRegistry());
  }

  @AfterAll
  static void stop() {
    if (logs != null) {
      logs.close();
    }
    if (kafka != null) {
      kafka.close();
    }
  }

  @Test
  void createsOnceAndDescribes() {
    LogSpec spec = new LogSpec("created", FLIGHT, 3, 1);
    assertThat(logs.create(spec)).isEqualTo(LogStore.Creation.CREATED);
    assertThat(logs.create(spec)).isEqualTo(LogStore.Creation.UNCHANGED);
    assertThat(logs.describe("created"))
        .returns(3, LogInfo::partitions)
        .returns(1, LogInfo::replication)
        .returns(FLIGHT, info -> info.schema().schema());
    assertThat(logs.list()).extracting(LogInfo::name).contains("created");
    assertError(() -> logs.create(new LogSpec("created", FLIGHT, 4, 1)), ErrorCode.LOG_EXISTS, "3");
  }

  @Test
  void aLogCanBeUsedAsSoonAsItIsCreated() {
    for (int round = 0; round < 20; round++) {
      String log = "at-once-" + round;
      logs.create(new LogSpec(log, FLIGHT, 4, 1));
      logs.appender().append(event(log, "LAS", round)).join();
    }
  }

  @Test
  void namesWhatIsWrong() {
    assertError(() -> logs.describe("nowhere"), ErrorCode.UNKNOWN_LOG, "nowhere");
    assertError(() -> logs.describe("not/a name"), ErrorCode.UNKNOWN_LOG, "not/a name");
    assertError(
        () -> logs.create(new LogSpec("_mine", FLIGHT, 1, 1)), ErrorCode.INVALID_NAME, "_mine");
    assertError(
        () -> logs.create(new LogSpec("triple", FLIGHT, 1, 3)),
        ErrorCode.INVALID_REQUEST,
        "replication");
    assertError(
        () -> logs.appender().append(event("nowhere", "LAS", 1)).join(),
        ErrorCode.UNKNOWN_LOG,
        "nowhere");
    assertError(
        () -> logs.appender().append(List.of()).join(), ErrorCode.INVALID_REQUEST, "no event");
  }

  @Test
  void confirmedEndsOfASingleBrokerAreItsOwn() {
    logs.create(new LogSpec("confirmed-a", FLIGHT, 4, 1));
    logs.create(new LogSpec("confirmed-b", FLIGHT, 1, 1));
    Position empty = confirmed(Set.of("confirmed-a", "confirmed-b"));
    assertThat(empty).isEqualTo(Position.empty());
    assertThat(confirmed(Set.of())).isEqualTo(Position.empty());
    for (int round = 0; round < 20; round++) {
      List<LogEvent> events = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        events.add(event(i % 2 == 0 ? "confirmed-a" : "confirmed-b", "key-" + i, i));
      }
      Token token = logs.appender().append(events).join();
      assertThat(confirmed(Set.of("confirmed-a", "confirmed-b")))
          .isEqualTo(logs.ends().ends(Set.of("confirmed-a", "confirmed-b")).join())
          .matches(end -> end.covers(token.position()));
    }
    // Those who ask at the same time share look-ups.
    List<CompletableFuture<Position>> many =
        IntStream.range(0, 1_000)
            .mapToObj(
                i ->
                    logs.ends()
                        .confirmedEnds(
                            i % 2 == 0
                                ? Set.of("confirmed-a")
                                : Set.of("confirmed-a", "confirmed-b"),
                            Duration.ofSeconds(20)))
            .toList();
    Position all = confirmed(Set.of("confirmed-a", "confirmed-b"));
    for (int i = 0; i < many.size(); i++) {
      String only = i % 2 == 0 ? "confirmed-a" : "confirmed-";
      assertThat(many.get(i).join()).isEqualTo(all.restrictedTo(log -> log.startsWith(only)));
    }
  }

  @Test
  void aConfirmedEndOfNoLogIsRefusedAndHoldsUpNobody() {
    logs.create(new LogSpec("confirmed-c", FLIGHT, 1, 1));
    CompletableFuture<Position> nowhere =
        logs.ends().confirmedEnds(Set.of("nowhere", "confirmed-c"), Duration.ofSeconds(5));
    Token token = logs.appender().append(event("confirmed-c", "LAS", 1)).join();
    assertThat(confirmed(Set.of("confirmed-c"))).isEqualTo(token.position());
    assertError(nowhere::join, ErrorCode.UNKNOWN_LOG, "knows no such log");
  }

  @Test
  void whoComesWhileAConfirmedLookUpIsUnderWayGetsTheNext() throws Exception {
    logs.create(new LogSpec("confirmed-d", FLIGHT, 1, 1));
    Set<String> log = Set.of("confirmed-d");
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> others =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    new Thread(
                        () -> {
                          while (!over.get()) {
                            confirmed(log);
                          }
                        }))
            .toList();
    others.forEach(Thread::start);
    try {
      for (int i = 0; i < 1_500; i++) {
        Token token = logs.appender().append(event("confirmed-d", "LAS", i)).join();
        assertThat(confirmed(log)).matches(end -> end.covers(token.position()));
      }
    } finally {
      over.set(true);
      for (Thread other : others) {
        other.join();
      }
    }
  }

  private static Position confirmed(Set<String> of) {
    return logs.ends().confirmedEnds(of, Duration.ofSeconds(20)).join();
  }

  @Test
  void aTransactionThatAKilledProcessLeftOpenIsEndedByTheNextUnderItsName() {
    logs.create(new LogSpec("left-open", FLIGHT, 1, 1));
    String longMs = "" + Duration.ofMinutes(15).toMillis();
    try (KafkaProducer<byte[], byte[]> killed =
        producer(Map.of("transactional.id", "tidemark-it", "transaction.timeout.ms", longMs))) {
      killed.initTransactions();
      killed.beginTransaction();
      killed.send(new ProducerRecord<>("left-open", 0, null, new byte[] {1}));
      killed.flush();
      Token behind = logs.appender().append(event("left-open", "LAS", 1)).join();
      assertThat(read("left-open")).as("behind an open transaction").isEmpty();
      try (LogStore next = LogStore.connect(kafka.bootstrapServers(), logs.registry(), "it")) {
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(() -> assertThat(read("left-open")).hasSize(1));
        Token atomic =
            next.appender().appendAtomically(List.of(event("left-open", "LAS", 2))).join();
        assertThat(atomic.position().covers(behind.position())).isTrue();
      }
    }
  }

  @Test
  void oneTokenCoversAllEventsOfABatch() {
    logs.create(new LogSpec("batch-a", FLIGHT, 4, 1));
    logs.create(new LogSpec("batch-b", FLIGHT, 1, 1));
    List<LogEvent> events = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      events.add(event(i % 2 == 0 ? "batch-a" : "batch-b", "key-" + i, i));
    }
    Token token = logs.appender().append(events).join();
    assertThat(token.clusterId()).isEqualTo(kafka.clusterId());
    // Nobody else appends here: the token is exactly the end.
    assertThat(logs.ends().ends(Set.of("batch-a", "batch-b")).join()).isEqualTo(token.position());
    assertThat(read("batch-a")).hasSize(100);
    assertThat(read("batch-b")).hasSize(100);
  }

  @Test
  void partitionsAndFramesAsAnyKafkaClientDoes() {
    logs.create(new LogSpec("framed", FLIGHT, 8, 1));
    for (int i = 0; i < 50; i++) {
      logs.appender().append(event("framed", "key-" + i, i)).join();
    }
    try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
      for (ConsumerRecord<String, byte[]> record : read("framed")) {
        assertThat(logs.registry().byId(WireFormat.schemaId(record.value()))).isEqualTo(FLIGHT);
        // What the default partitioner says of the same key.
        int partition =
            Math.floorMod(
                Utils.toPositive(Utils.murmur2(record.key().getBytes(StandardCharsets.UTF_8))),
                producer.partitionsFor("framed").size());
        assertThat(record.partition()).isEqualTo(partition);
      }
    }
  }

  @Test
  void aTransactionIsWhollyThereOrNotAtAll() {
    logs.create(new LogSpec("atomic-a", FLIGHT, 1, 1));
    logs.create(new LogSpec("atomic-b", FLIGHT, 1, 1));
    Token token =
        logs.appender()
            .appendAtomically(List.of(event("atomic-a", "x", 1), event("atomic-b", "x", 2)))
            .join();
    assertThat(token.position())
        .isEqualTo(Position.of("atomic-a", 0, 1).merge(Position.of("atomic-b", 0, 1)));
    assertError(
        () ->
            logs.appender()
                .appendAtomically(List.of(event("atomic-a", "x", 3), event("nowhere", "x", 4)))
                .join(),
        ErrorCode.UNKNOWN_LOG,
        "nowhere");
    // The markers that make the events readable are written after the acknowledgement.
    Awaitility.await().untilAsserted(() -> assertThat(read("atomic-a")).hasSize(1));
    Awaitility.await().untilAsserted(() -> assertThat(read("atomic-b")).hasSize(1));
  }

  @Test
  void endsCoverATransactionAsSoonAsItIsAcknowledged() {
    logs.create(new LogSpec("atomic-ends", FLIGHT, 4, 1));
    for (int round = 0; round < 30; round++) {
      Token token =
          logs.appender()
              .appendAtomically(
                  List.of(event("atomic-ends", "a" + round, 1), event("atomic-ends", "b", 2)))
              .join();
      assertThat(logs.ends().ends(Set.of("atomic-ends")).join().covers(token.position())).isTrue();
    }
  }

  @Test
  void seesThroughTheGapThatATransactionLeaves() {
    logs.create(new LogSpec("gaps", FLIGHT, 1, 1));
    Token token = logs.appender().appendAtomically(List.of(event("gaps", "x", 1))).join();
    Position reached = token.position();
    Position ends = endsAtLeast("gaps", 2);
    assertThat(reached.covers(ends)).as("the marker lies behind the event").isFalse();
    awaitWithoutGaps(token.logIds(), reached, ends, reached);
    assertThat(logs.ends().withoutGaps(token.logIds(), Position.empty(), ends).join())
        .as("an event lies in between")
        .isEqualTo(ends);
    // Known gaps must not hide what is appended behind them.
    Token later = logs.appender().append(event("gaps", "x", 2)).join();
    assertThat(logs.ends().withoutGaps(token.logIds(), reached, later.position()).join())
        .isEqualTo(later.position());
  }

  @Test
  void anEventFarBelowTheWantedEndIsNoGap() {
    logs.create(new LogSpec("far", FLIGHT, 1, 1));
    Position first = logs.appender().append(event("far", "x", 1)).join().position();
    LogIds ids = logs.ids(Set.of("far")).join();
    Map<String, Object> config = Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "aborts-far");
    try (KafkaProducer<byte[], byte[]> producer = producer(config)) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int i = 0; i < 50; i++) {
        producer.send(new ProducerRecord<>("far", 0, new byte[] {1}, new byte[] {2}));
      }
      producer.flush();
      producer.abortTransaction();
    }
    Position ends = endsAtLeast("far", 52);
    assertThat(logs.ends().withoutGaps(ids, Position.empty(), ends).join()).isEqualTo(ends);
    awaitWithoutGaps(ids, first, ends, first);
  }

  @Test
  void anEventThatRetentionHasDeletedLeavesAGap() throws Exception {
    logs.create(new LogSpec("deleted", FLIGHT, 1, 1));
    Token token = logs.appender().append(event("deleted", "x", 1)).join();
    Position ends = token.position();
    assertThat(logs.ends().withoutGaps(token.logIds(), Position.empty(), ends).join())
        .isEqualTo(ends);
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()))) {
      admin
          .deleteRecords(Map.of(new TopicPartition("deleted", 0), RecordsToDelete.beforeOffset(1)))
          .all()
          .get();
    }
    awaitWithoutGaps(token.logIds(), Position.empty(), ends, Position.empty());
  }

  @Test
  void seesThroughAbortedEvents() {
    logs.create(new LogSpec("aborted", FLIGHT, 1, 1));
    LogIds aborted = logs.ids(Set.of("aborted")).join();
    Map<String, Object> config = Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "aborts");
    try (KafkaProducer<byte[], byte[]> producer = producer(config)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("aborted", 0, new byte[] {1}, new byte[] {2}));
      producer.flush();
      Position open = endsAtLeast("aborted", 1);
      assertThat(logs.ends().withoutGaps(aborted, Position.empty(), open).join())
          .as("nobody knows yet whether the event counts")
          .isEqualTo(open);
      producer.abortTransaction();
    }
    Position ends = endsAtLeast("aborted", 2);
    awaitWithoutGaps(aborted, Position.empty(), ends, Position.empty());
  }

  /** A look that takes too long leaves what was wanted as it is, so another may have to follow. */
  private static void awaitWithoutGaps(
      LogIds ids, Position reached, Position ends, Position wanted) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(logs.ends().withoutGaps(ids, reached, ends).join()).isEqualTo(wanted));
  }

  @Test
  void endsAreReadAfterTheyWereAskedFor() {
    logs.create(new LogSpec("ends", FLIGHT, 4, 1));
    for (int round = 0; round < 50; round++) {
      List<CompletableFuture<Position>> earlier =
          IntStream.range(0, 20).mapToObj(i -> logs.ends().ends(Set.of("ends"))).toList();
      Token token = logs.appender().append(event("ends", "key-" + round, round)).join();
      assertThat(logs.ends().ends(Set.of("ends")).join().covers(token.position())).isTrue();
      earlier.forEach(CompletableFuture::join);
    }
  }

  private static Position endsAtLeast(String log, long offset) {
    return Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> logs.ends().ends(Set.of(log)).join(), ends -> ends.offset(log, 0) >= offset);
  }

  private static LogEvent event(String log, String key, int delay) {
    GenericRecord value =
        new GenericRecordBuilder(FLIGHT).set("origin", key).set("delay", delay).build();
    return new LogEvent(log, key, value);
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> extra) {
    Map<String, Object> config = new HashMap<>(logs.clientConfig());
    config.putAll(extra);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static List<ConsumerRecord<String, byte[]>> read(String log) {
    Map<String, Object> config = new HashMap<>(logs.clientConfig());
    config.put("isolation.level", "read_committed");
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, logs.partitions(log))
              .mapToObj(p -> new TopicPartition(log, p))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(tp -> consumer.position(tp) < ends.get(tp))) {
        consumer.poll(Duration.ofMillis(50)).forEach(records::add);
      }
      return records;
    }
  }

  private static void assertError(Runnable call, ErrorCode code, String named) {
    assertThatThrownBy(call::run)
        .satisfies(
            thrown -> {
              Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
              assertThat(cause)
                  .isInstanceOfSatisfying(
                      TidemarkException.class, e -> assertThat(e.code()).isEqualTo(code))
                  .hasMessageContaining(named);
            });
  }
}
