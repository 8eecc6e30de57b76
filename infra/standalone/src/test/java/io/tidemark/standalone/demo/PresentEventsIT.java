package io.tidemark.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.log.LogEvent;
import io.tidemark.log.LogSpec;
import io.tidemark.log.LogStore;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.registry.EmbeddedRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A load that was interrupted, completed: each event as often as the file has it. */
class PresentEventsIT {
  private static final Schema SCHEMA =
      SchemaBuilder.record("Number").fields().requiredInt("n").endRecord();
  private static final int EVENTS = 3_000;

  @TempDir Path directory;

  @Test
  void completesAnInterruptedLoad() throws Exception {
    long seed = System.nanoTime();
    System.out.println("PresentEventsIT: seed " + seed);
    Random random = new Random(seed);
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory);
        EmbeddedRegistry registry =
            EmbeddedRegistry.start(
                new EmbeddedRegistry.Config(kafka.bootstrapServers(), "127.0.0.1", 0, (short) 1));
        SchemaRegistry schemas = SchemaRegistry.connect(registry.uri());
        LogStore logs = LogStore.connect(kafka.bootstrapServers(), schemas)) {
      logs.create(new LogSpec("numbers", SCHEMA, 4, 1));
      int id = schemas.register("numbers-value", SCHEMA);

      // Not only a prefix: what a dying process leaves is not for us to assume.
      List<LogEvent> left = new ArrayList<>(events());
      left.removeIf(event -> random.nextInt(3) == 0);
      logs.appender().append(left).join();
      sendForeignBytes(kafka.bootstrapServers());

      AtomicLong done = new AtomicLong();
      PresentEvents present = PresentEvents.in(logs.clientConfig(), "numbers", id);
      new LogLoad(logs.appender(), present::take, done::addAndGet).run(events().iterator());
      assertThat(done).hasValue(EVENTS);

      PresentEvents all = PresentEvents.in(logs.clientConfig(), "numbers", id);
      assertThat(events()).allMatch(all::take);
      assertThat(events()).noneMatch(all::take);
    }
  }

  /** Every value stands twice in the file, so that counting matters. */
  private static List<LogEvent> events() {
    return IntStream.range(0, EVENTS)
        .mapToObj(
            i ->
                new LogEvent(
                    "numbers",
                    "k" + i % 50,
                    new GenericRecordBuilder(SCHEMA).set("n", i % (EVENTS / 2)).build()))
        .toList();
  }

  private static void sendForeignBytes(String bootstrapServers) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            java.util.Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>("numbers", new byte[] {1, 2, 3})).get();
      producer.send(new ProducerRecord<>("numbers", null, null)).get();
    }
  }
}
