package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.WireFormat;
import io.tidemark.schemas.json.AvroToJson;
import java.io.IOException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** A view's rows as JSON. Thread-safe. */
final class RowJson {
  private final int schemaId;
  private final String schemaName;
  private final AvroToJson printer;

  RowJson(int schemaId, Schema schema) {
    this.schemaId = schemaId;
    this.schemaName = schema.getFullName();
    this.printer = new AvroToJson(schema);
  }

  /** Writes the whole row as an object, straight from bytes to bytes. */
  void write(JsonGenerator json, byte[] framed) throws IOException {
    requireSchema(framed);
    int header = WireFormat.HEADER_BYTES;
    printer.write(framed, header, framed.length - header, json);
  }

  /** The same, or that there is none. */
  void writeOrNull(JsonGenerator json, byte @Nullable [] framed) throws IOException {
    if (framed == null) {
      json.writeNull();
    } else {
      write(json, framed);
    }
  }

  private void requireSchema(byte[] framed) {
    int id = WireFormat.schemaId(framed);
    if (id != schemaId) {
      throw new TidemarkException(
          ErrorCode.INTERNAL,
          "a row of schema %d in a view whose rows are of schema %d (%s)"
              .formatted(id, schemaId, schemaName));
    }
  }
}
