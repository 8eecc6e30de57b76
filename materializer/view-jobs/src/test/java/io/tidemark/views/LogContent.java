package io.tidemark.views;

import io.tidemark.log.Position;
import io.tidemark.schemas.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** All events of a log, read without anything of what is tested here. */
record LogContent(List<Event> events) {
  /** An event and where it lies. */
  record Event(String log, int partition, long offset, GenericRecord value) {}

  static LogContent read(ViewLab lab, String log, Schema schema, int partitions) {
    var config = new java.util.HashMap<>(lab.logs.clientConfig());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    List<Event> events = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int p = 0; p < partitions; p++) {
        all.add(new TopicPartition(log, p));
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      var ends = consumer.endOffsets(all);
      while (all.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          events.add(
              new Event(log, record.partition(), record.offset(), decode(schema, record.value())));
        }
      }
    }
    return new LogContent(events);
  }

  /** The events below a position. */
  Stream<Event> below(Position position) {
    return events.stream().filter(e -> e.offset() < position.offset(e.log(), e.partition()));
  }

  private static GenericRecord decode(Schema schema, byte[] value) {
    try {
      return new GenericDatumReader<GenericRecord>(schema)
          .read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(
                      value,
                      WireFormat.HEADER_BYTES,
                      value.length - WireFormat.HEADER_BYTES,
                      null));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
