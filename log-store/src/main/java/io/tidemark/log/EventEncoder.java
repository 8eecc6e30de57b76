package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Events in the Confluent wire format. Thread-safe. */
final class EventEncoder {
  private record LogSchema(String log, Schema schema) {}

  private record Registered(int id, GenericDatumWriter<GenericRecord> writer) {}

  private final SchemaRegistry registry;
  private final ConcurrentMap<LogSchema, Registered> registered = new ConcurrentHashMap<>();

  EventEncoder(SchemaRegistry registry) {
    this.registry = registry;
  }

  /**
   * Frames the value; registers its schema when this is the first value that has it.
   *
   * @throws TidemarkException {@link ErrorCode#SCHEMA_MISMATCH} when the value does not fit its own
   *     schema, and what {@link SchemaRegistry#register} throws
   */
  byte[] encode(String log, GenericRecord value) {
    // Avro caches the hash of a schema, and compares by identity first: this is cheap.
    Registered known =
        registered.computeIfAbsent(
            new LogSchema(log, value.getSchema()),
            key ->
                new Registered(
                    registry.register(SchemaRegistry.valueSubject(key.log()), key.schema()),
                    new GenericDatumWriter<>(key.schema())));
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream(128);
      out.writeBytes(new byte[WireFormat.HEADER_BYTES]);
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      known.writer().write(value, encoder);
      encoder.flush();
      byte[] framed = out.toByteArray();
      WireFormat.putHeader(framed, known.id());
      return framed;
    } catch (IOException | AvroRuntimeException | ClassCastException e) {
      throw new TidemarkException(
          ErrorCode.SCHEMA_MISMATCH,
          "an event for the log " + log + " does not fit its schema: " + e.getMessage(),
          e);
    }
  }
}
