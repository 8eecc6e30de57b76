package io.tidemark.bench.streams;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Rows of a store as Avro's binary, without a header: the schema is the store's. */
final class RowSerde implements Serde<GenericRecord> {
  private static final int USUAL_BYTES = 64;

  private final Schema schema;

  RowSerde(Schema schema) {
    this.schema = schema;
  }

  @Override
  public Serializer<GenericRecord> serializer() {
    GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(schema);
    ThreadLocal<@Nullable BinaryEncoder> encoders = new ThreadLocal<>();
    return (topic, row) -> {
      // Streams gives null for a row that is to be deleted.
      if (row == null) {
        return null;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoders.get());
      encoders.set(encoder);
      try {
        writer.write(row, encoder);
        encoder.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    };
  }

  @Override
  public Deserializer<GenericRecord> deserializer() {
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    return (topic, bytes) -> {
      if (bytes == null) {
        return null;
      }
      try {
        return reader.read(null, DecoderFactory.get().binaryDecoder(bytes, null));
      } catch (IOException e) {
        throw new UncheckedIOException("a row of " + topic + " is no " + schema.getName(), e);
      }
    };
  }
}
