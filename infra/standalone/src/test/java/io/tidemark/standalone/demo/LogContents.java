package io.tidemark.standalone.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What the logs hold, read with a plain consumer and the registry's REST API. */
record LogContents(List<Flight> flights, List<Airport> airports, List<String> probes) {
  static LogContents read(String bootstrapServers, URI registry) throws Exception {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      Schemas schemas = new Schemas(registry, new HashMap<>());
      return new LogContents(
          read(consumer, "flights", schemas).stream().map(LogContents::flight).toList(),
          read(consumer, "airports", schemas).stream().map(LogContents::airport).toList(),
          consumer.listTopics().containsKey("probes")
              ? read(consumer, "probes", schemas).stream()
                  .map(value -> value.get("id").toString())
                  .toList()
              : List.of());
    }
  }

  private static List<GenericRecord> read(
      KafkaConsumer<String, byte[]> consumer, String log, Schemas schemas) throws Exception {
    List<TopicPartition> partitions =
        consumer.partitionsFor(log).stream()
            .map(info -> new TopicPartition(log, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    List<GenericRecord> values = new ArrayList<>();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<String, byte[]> event : consumer.poll(Duration.ofSeconds(1))) {
        values.add(schemas.decode(event.value()));
      }
    }
    return values;
  }

  private static Flight flight(GenericRecord value) {
    return new Flight(
        (long) value.get("date"),
        ((Number) value.get("delay")).intValue(),
        ((Number) value.get("distance")).intValue(),
        value.get("origin").toString(),
        value.get("destination").toString());
  }

  private static Airport airport(GenericRecord value) {
    Object state = value.get("state");
    return new Airport(value.get("iata").toString(), state == null ? "NA" : state.toString());
  }

  private record Schemas(URI registry, Map<Integer, GenericDatumReader<GenericRecord>> readers) {
    GenericRecord decode(byte[] framed) throws Exception {
      int id = ByteBuffer.wrap(framed).getInt(1);
      GenericDatumReader<GenericRecord> reader = readers.get(id);
      if (reader == null) {
        reader = new GenericDatumReader<>(fetch(id));
        readers.put(id, reader);
      }
      return reader.read(
          null, DecoderFactory.get().binaryDecoder(framed, 5, framed.length - 5, null));
    }

    private Schema fetch(int id) throws IOException, InterruptedException {
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(registry.resolve("/schemas/ids/" + id)).build(),
                  HttpResponse.BodyHandlers.ofString());
      return new Schema.Parser()
          .parse(new ObjectMapper().readTree(response.body()).path("schema").asText());
    }
  }
}
