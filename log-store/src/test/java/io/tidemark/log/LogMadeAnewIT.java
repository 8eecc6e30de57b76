package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that somebody deletes and makes anew while others append to them. */
class LogMadeAnewIT {
  private static final Schema FLIGHT =
      SchemaBuilder.record("Flight").fields().requiredInt("number").endRecord();

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
  void aLogThatWasMadeAnewIsAnotherOne() throws Exception {
    LogSpec spec = new LogSpec("anew", FLIGHT, 3, 1);
    logs.create(spec);
    Token old = logs.appender().append(event("anew", "LAS", 1)).join();
    Token sameLog = logs.appender().append(event("anew", "LAS", 2)).join();
    assertThat(old.merge(sameLog).logIds()).isEqualTo(logs.ids(Set.of("anew")).join());
    assertThat(logs.describe("anew").id()).isEqualTo(old.logIds().id("anew"));
    delete("anew");
    assertThat(logs.ids(Set.of("anew")).join()).isEqualTo(LogIds.NONE);
    // Also with fewer partitions than are remembered.
    logs.create(new LogSpec("anew", FLIGHT, 1, 1));
    for (boolean atomic : new boolean[] {false, true}) {
      List<LogEvent> events = List.of(event("anew", "LAS", 3), event("anew", "JFK", 3));
      Token fresh =
          (atomic ? logs.appender().appendAtomically(events) : logs.appender().append(events))
              .join();
      assertThat(fresh.logIds()).isEqualTo(logs.ids(Set.of("anew")).join());
      assertThatThrownBy(() -> old.merge(fresh))
          .isInstanceOfSatisfying(
              TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_RECREATED))
          .hasMessageContaining("log anew");
    }
  }

  @Test
  void aProcessThatDidNotMakeTheLogAnewFindsOutSoon() throws Exception {
    LogSpec spec = new LogSpec("elsewhere", FLIGHT, 1, 1);
    logs.create(spec);
    try (LogStore other = LogStore.connect(kafka.bootstrapServers(), new InMemoryRegistry())) {
      other.create(spec);
      other.appender().append(event("elsewhere", "LAS", 1)).join();
      delete("elsewhere");
      logs.create(new LogSpec("elsewhere", FLIGHT, 2, 1));
      long anew = logs.describe("elsewhere").id();
      int[] stale = {-1};
      Awaitility.await()
          .until(
              () -> {
                stale[0]++;
                Token token = other.appender().append(event("elsewhere", "LAS", 2)).join();
                return token.logIds().id("elsewhere") == anew;
              });
      assertThat(other.partitions("elsewhere")).isEqualTo(2);
      System.out.println("appends with the old log's id after it had been made anew: " + stale[0]);
    }
  }

  @Test
  void whoLooksAtItsEndsFindsOutToo() throws Exception {
    logs.create(new LogSpec("ending", FLIGHT, 1, 1));
    try (LogStore other = LogStore.connect(kafka.bootstrapServers(), new InMemoryRegistry())) {
      Set<String> log = Set.of("ending");
      assertThat(other.ends().ends(log).join()).isEqualTo(Position.empty());
      delete("ending");
      logs.create(new LogSpec("ending", FLIGHT, 4, 1));
      LogIds anew = logs.ids(log).join();
      Awaitility.await().until(() -> other.ids(log).join().equals(anew));
      List<LogEvent> events =
          IntStream.range(0, 100).mapToObj(n -> event("ending", "k" + n, n)).toList();
      Token token = logs.appender().append(events).join();
      assertThat(token.position().offset("ending", 3)).isPositive();
      assertThat(other.ends().ends(log).join()).isEqualTo(token.position());
    }
  }

  @Test
  void aGapOfTheOldLogHidesNoEventOfTheNewOne() throws Exception {
    LogSpec spec = new LogSpec("gaps", FLIGHT, 1, 1);
    logs.create(spec);
    Token old = logs.appender().appendAtomically(List.of(event("gaps", "x", 1))).join();
    Position marker = Position.of("gaps", 0, 2);
    Awaitility.await().until(() -> logs.ends().ends(Set.of("gaps")).join().covers(marker));
    // A look that takes too long does not know.
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> logs.ends().withoutGaps(old.logIds(), old.position(), marker).join(),
            old.position()::equals);
    delete("gaps");
    logs.create(spec);
    Token anew = logs.appender().append(event("gaps", "x", 1)).join();
    anew = anew.merge(logs.appender().append(event("gaps", "x", 2)).join());
    assertThat(anew.position()).isEqualTo(marker);
    assertThat(logs.ends().withoutGaps(anew.logIds(), old.position(), marker).join())
        .isEqualTo(marker);
  }

  /** A token may say too little, which refuses it; what it says of a log is in that log. */
  @Test
  void noTokenNamesALogThatDoesNotHoldItsEvent() throws Exception {
    LogSpec spec = new LogSpec("replaced", FLIGHT, 1, 1);
    logs.create(spec);
    try (LogStore other = LogStore.connect(kafka.bootstrapServers(), new InMemoryRegistry())) {
      other.create(spec);
      Map<Integer, Token> tokens = new ConcurrentHashMap<>();
      AtomicBoolean over = new AtomicBoolean();
      Semaphore underWay = new Semaphore(20);
      CompletableFuture<Void> appending =
          CompletableFuture.runAsync(
              () -> {
                for (int n = 0; !over.get(); n++) {
                  int number = n;
                  underWay.acquireUninterruptibly();
                  other
                      .appender()
                      .append(event("replaced", "LAS", number))
                      .thenAccept(token -> tokens.put(number, token))
                      .whenComplete((done, failed) -> underWay.release());
                }
              });
      int current = 0;
      for (int round = 0; round < 5; round++) {
        delete("replaced");
        logs.create(spec);
        long anew = logs.describe("replaced").id();
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () ->
                    tokens.values().stream()
                        .anyMatch(token -> token.logIds().id("replaced") == anew));
        Map<Integer, Token> acknowledged = Map.copyOf(tokens);
        Map<Long, Integer> numbers = numbers("replaced");
        for (Map.Entry<Integer, Token> each : acknowledged.entrySet()) {
          if (each.getValue().logIds().id("replaced") == anew) {
            long offset = each.getValue().position().offset("replaced", 0) - 1;
            assertThat(numbers).as(each.toString()).containsEntry(offset, each.getKey());
            current++;
          }
        }
      }
      over.set(true);
      appending.get(60, TimeUnit.SECONDS);
      System.out.printf("%d of %d tokens name the newest log%n", current, tokens.size());
    }
  }

  private static void delete(String log) throws Exception {
    try (Admin admin = Admin.create(logs.clientConfig())) {
      admin.deleteTopics(List.of(log)).all().get();
      Awaitility.await().until(() -> !admin.listTopics().names().get().contains(log));
    }
  }

  /** The numbers of the log's events by offset. */
  private static Map<Long, Integer> numbers(String log) {
    TopicPartition partition = new TopicPartition(log, 0);
    Map<Long, Integer> numbers = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            logs.clientConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(record -> numbers.put(record.offset(), number(record.value())));
      }
    }
    return numbers;
  }

  private static LogEvent event(String log, String key, int number) {
    return new LogEvent(log, key, new GenericRecordBuilder(FLIGHT).set("number", number).build());
  }

  private static int number(byte[] value) {
    int header = WireFormat.HEADER_BYTES;
    try {
      return (int)
          new GenericDatumReader<GenericRecord>(FLIGHT)
              .read(
                  null,
                  DecoderFactory.get().binaryDecoder(value, header, value.length - header, null))
              .get("number");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
