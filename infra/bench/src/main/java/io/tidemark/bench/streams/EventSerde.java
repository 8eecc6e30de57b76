package io.tidemark.bench.streams;

import io.tidemark.schemas.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Reads events in the wire format by the one schema that the log has. */
final class EventSerde implements Serde<GenericRecord> {
  private final Schema schema;

  EventSerde(Schema schema) {
    this.schema = schema;
  }

  @Override
  public Serializer<GenericRecord> serializer() {
    // Streams makes one for every serde that it is given.
    return (topic, event) -> {
      throw new UnsupportedOperationException("events are only read: " + topic);
    };
  }

  @Override
  public Deserializer<GenericRecord> deserializer() {
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    ThreadLocal<@Nullable BinaryDecoder> decoders = new ThreadLocal<>();
    return (topic, bytes) -> {
      BinaryDecoder decoder =
          DecoderFactory.get()
              .binaryDecoder(
                  bytes,
                  WireFormat.HEADER_BYTES,
                  bytes.length - WireFormat.HEADER_BYTES,
                  decoders.get());
      decoders.set(decoder);
      try {
        return reader.read(null, decoder);
      } catch (IOException e) {
        throw new UncheckedIOException("an event of " + topic + " is no " + schema.getName(), e);
      }
    };
  }
}
