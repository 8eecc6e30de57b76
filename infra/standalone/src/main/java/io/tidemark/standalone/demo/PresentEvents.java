package io.tidemark.standalone.demo;

import io.tidemark.log.LogEvent;
import io.tidemark.schemas.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * How often each event stands in a log, so that an interrupted load can be completed with none lost
 * and none doubled. Not thread-safe.
 *
 * <p>Counting whole events and not offsets means that nothing depends on what else somebody
 * appended meanwhile, nor on which batch of a dying process came through. The price is the memory
 * for the log's events, and the time to read them, for the one start after an interrupted load.
 */
final class PresentEvents {
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<ByteBuffer, Integer> counts = new HashMap<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable BinaryEncoder encoder;

  private PresentEvents() {}

  /** Counts what a log holds of events of that registered schema, up to its end as it is now. */
  static PresentEvents in(Map<String, Object> clientConfig, String log, int schemaId)
      throws IOException {
    PresentEvents present = new PresentEvents();
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(log).stream()
              .map(info -> new TopicPartition(log, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
      while (!hasReached(consumer, ends)) {
        var records = consumer.poll(POLL);
        if (!records.isEmpty()) {
          deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        } else if (System.nanoTime() > deadlineNs) {
          throw new IOException(
              "the log " + log + " gave no events for " + PATIENCE.toSeconds() + " s");
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
          present.count(record, schemaId);
        }
      }
    }
    return present;
  }

  /** Whether the event stands in the log; each one that does is found as often as it does. */
  boolean take(LogEvent event) {
    if (counts.isEmpty()) {
      return false;
    }
    ByteBuffer identity =
        identity(event.key().getBytes(StandardCharsets.UTF_8), encode(event.value()));
    Integer count = counts.get(identity);
    if (count == null) {
      return false;
    }
    if (count == 1) {
      counts.remove(identity);
    } else {
      counts.put(identity, count - 1);
    }
    return true;
  }

  private static boolean hasReached(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private void count(ConsumerRecord<byte[], byte[]> record, int schemaId) {
    byte[] value = record.value();
    boolean other =
        record.key() == null
            || value == null
            || value.length < WireFormat.HEADER_BYTES
            || value[0] != 0
            || WireFormat.schemaId(value) != schemaId;
    if (!other) {
      counts.merge(
          identity(record.key(), Arrays.copyOfRange(value, WireFormat.HEADER_BYTES, value.length)),
          1,
          Integer::sum);
    }
  }

  private static ByteBuffer identity(byte[] key, byte[] body) {
    return ByteBuffer.allocate(Integer.BYTES + key.length + body.length)
        .putInt(key.length)
        .put(key)
        .put(body)
        .flip();
  }

  private byte[] encode(GenericRecord value) {
    Schema schema = value.getSchema();
    body.reset();
    BinaryEncoder reused = EncoderFactory.get().binaryEncoder(body, encoder);
    encoder = reused;
    try {
      new GenericDatumWriter<GenericRecord>(schema).write(value, reused);
      reused.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return body.toByteArray();
  }
}
