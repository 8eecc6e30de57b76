package io.tidemark.views;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.table.data.GenericRowData;
import org.jspecify.annotations.Nullable;

/**
 * Decodes an event's value into the columns that a view reads. Not thread-safe.
 *
 * <p>An event written by the very schema that the view reads by goes straight from bytes to
 * columns, and columns that the view does not need are skipped. An event of another version of the
 * schema is first brought to the view's version by Avro's own schema resolution; that costs about a
 * microsecond more.
 */
final class EventDecoder {
  /** An event that does not decode. */
  static final class UndecodableException extends Exception {
    private static final long serialVersionUID = 1L;

    UndecodableException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  private final SchemaRegistry registry;
  private final Schema reader;
  private final int readerId;
  private final FieldDecoder[] fields;

  /** For each field of the schema the column it goes to, -1 when the view does not need it. */
  private final int[] targets;

  private final Map<Integer, GenericDatumReader<GenericRecord>> resolving = new HashMap<>();
  private @Nullable BinaryDecoder decoder;

  /**
   * @param columns the fields that the view reads, in the order of its columns
   */
  EventDecoder(SchemaRegistry registry, Schema reader, int readerId, String[] columns) {
    this.registry = registry;
    this.reader = reader;
    this.readerId = readerId;
    this.fields =
        reader.getFields().stream()
            .map(field -> FieldDecoder.of(field.schema()))
            .toArray(FieldDecoder[]::new);
    this.targets = new int[fields.length];
    Arrays.fill(targets, -1);
    for (int i = 0; i < columns.length; i++) {
      targets[reader.getField(columns[i]).pos()] = i;
    }
  }

  /**
   * Decodes a value into the first columns of the row.
   *
   * @throws UndecodableException when the fault lies in the event
   * @throws TidemarkException {@link ErrorCode#REGISTRY_UNAVAILABLE}
   */
  void decode(byte @Nullable [] value, GenericRowData row) throws UndecodableException {
    if (value == null) {
      throw new UndecodableException("it has no value", null);
    }
    try {
      int writerId = WireFormat.schemaId(value);
      if (writerId == readerId) {
        decode(value, WireFormat.HEADER_BYTES, row);
      } else {
        decode(resolve(value, writerId), 0, row);
      }
    } catch (TidemarkException e) {
      if (e.code() == ErrorCode.REGISTRY_UNAVAILABLE) {
        throw e;
      }
      throw new UndecodableException(String.valueOf(e.getMessage()), e);
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new UndecodableException("it does not fit its schema: " + reason, e);
    }
  }

  private void decode(byte[] bytes, int offset, GenericRowData row)
      throws IOException, UndecodableException {
    int length = bytes.length - offset;
    decoder = DecoderFactory.get().binaryDecoder(bytes, offset, length, decoder);
    for (int i = 0; i < fields.length; i++) {
      if (targets[i] >= 0) {
        row.setField(targets[i], fields[i].read(decoder, length));
      } else {
        fields[i].skip(decoder);
      }
    }
    if (!decoder.isEnd()) {
      throw new UndecodableException(
          "it does not fit its schema: bytes are left over behind the last field", null);
    }
  }

  private byte[] resolve(byte[] value, int writerId) throws IOException {
    GenericDatumReader<GenericRecord> resolver = resolving.get(writerId);
    if (resolver == null) {
      resolver = new GenericDatumReader<>(registry.byId(writerId), reader);
      resolving.put(writerId, resolver);
    }
    GenericRecord event =
        resolver.read(
            null,
            DecoderFactory.get()
                .binaryDecoder(
                    value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, null));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length + 16);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(reader).write(event, encoder);
    return bytes.toByteArray();
  }
}
