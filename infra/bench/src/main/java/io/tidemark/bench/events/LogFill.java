package io.tidemark.bench.events;

import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Fills logs with a Kafka producer, as quickly as the broker takes it. Values are Avro in the wire
 * format, keys are UTF-8. For one thread.
 */
public final class LogFill implements AutoCloseable {
  private final SchemaRegistry registry;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, Integer> schemaIds = new HashMap<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private @Nullable BinaryEncoder encoder;

  private LogFill(String bootstrapServers, URI registry) {
    this.registry = SchemaRegistry.connect(registry);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.LINGER_MS_CONFIG,
                "20",
                ProducerConfig.BATCH_SIZE_CONFIG,
                "131072"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** A producer for the broker and registry at these addresses. */
  public static LogFill connect(String bootstrapServers, URI registry) {
    return new LogFill(bootstrapServers, registry);
  }

  /**
   * Appends events 0 to {@code count}, and returns when all are acknowledged.
   *
   * @param log that is there, and whose partitions have none of its events yet
   */
  public void fill(
      String log,
      Schema schema,
      long count,
      LongFunction<String> key,
      LongFunction<GenericRecord> event)
      throws IOException, InterruptedException {
    int schemaId =
        schemaIds.computeIfAbsent(
            log, name -> registry.register(SchemaRegistry.valueSubject(name), schema));
    GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(schema);
    int partitions = producer.partitionsFor(log).size();
    for (long i = 0; i < count; i++) {
      byte[] keyBytes = key.apply(i).getBytes(StandardCharsets.UTF_8);
      Future<RecordMetadata> sent =
          producer.send(
              new ProducerRecord<>(log, keyBytes, framed(writer, schemaId, event.apply(i))),
              (metadata, exception) -> {
                if (exception != null) {
                  failure.compareAndSet(null, exception);
                }
              });
      if (i < partitions) {
        // Several first batches on their way at once can be refused as out of order.
        await(sent);
      }
      throwFailure();
    }
    producer.flush();
    throwFailure();
  }

  private byte[] framed(GenericDatumWriter<GenericRecord> writer, int schemaId, GenericRecord event)
      throws IOException {
    bytes.reset();
    bytes.writeBytes(new byte[WireFormat.HEADER_BYTES]);
    encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
    writer.write(event, encoder);
    encoder.flush();
    byte[] framed = bytes.toByteArray();
    WireFormat.putHeader(framed, schemaId);
    return framed;
  }

  private static void await(Future<RecordMetadata> sent) throws IOException, InterruptedException {
    try {
      sent.get();
    } catch (ExecutionException e) {
      throw new IOException("the broker did not take an event: " + e.getCause(), e);
    }
  }

  private void throwFailure() throws IOException {
    Exception failed = failure.get();
    if (failed != null) {
      throw new IOException("the broker did not take an event: " + failed, failed);
    }
  }

  @Override
  public void close() {
    producer.close();
    registry.close();
  }
}
