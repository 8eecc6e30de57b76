package io.tidemark.faults;

import io.tidemark.checker.HistoryRecorder;
import io.tidemark.faults.SubjectView.SubjectLog;
import io.tidemark.schemas.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What the logs hold in the end, by a plain consumer. Not thread-safe. */
final class LogScan implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final GenericDatumReader<GenericRecord> reader =
      new GenericDatumReader<>(new Schema.Parser().parse(SubjectView.SCHEMA));

  LogScan(String bootstrapServers) {
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  /** Where the logs end for readers of what is committed. */
  Map<TopicPartition, Long> ends() {
    return consumer.endOffsets(
        SubjectView.LOGS.stream().flatMap(log -> partitions(log).stream()).toList());
  }

  /** Records all events of the logs. */
  void record(HistoryRecorder recorder) throws IOException {
    for (SubjectLog log : SubjectView.LOGS) {
      List<TopicPartition> partitions = partitions(log);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> event : consumer.poll(Duration.ofSeconds(1))) {
          recorder.logged(log.name(), event.partition(), event.offset(), id(event.value()));
        }
      }
      recorder.scanned(log.name());
    }
  }

  private String id(byte[] framed) throws IOException {
    GenericRecord value =
        reader.read(
            null,
            DecoderFactory.get()
                .binaryDecoder(
                    framed,
                    WireFormat.HEADER_BYTES,
                    framed.length - WireFormat.HEADER_BYTES,
                    null));
    return value.get("id").toString();
  }

  private static List<TopicPartition> partitions(SubjectLog log) {
    return IntStream.range(0, log.partitions())
        .mapToObj(partition -> new TopicPartition(log.name(), partition))
        .toList();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
