package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.WireFormat;
import io.tidemark.schemas.json.AvroToJson;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** A view's rows as JSON. Thread-safe. */
final class RowJson {
  private final int schemaId;
  private final String schemaName;
  private final List<String> keyColumns;
  private final AvroToJson printer;

  RowJson(int schemaId, Schema schema, List<String> keyColumns) {
    this.schemaId = schemaId;
    this.schemaName = schema.getFullName();
    this.keyColumns = List.copyOf(keyColumns);
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

  /** Writes the members {@code key} and {@code row}. */
  void writeKeyAndRow(JsonGenerator json, byte[] framed) throws IOException {
    TokenBuffer buffer = new TokenBuffer(Json.MAPPER, false);
    write(buffer, framed);
    JsonNode row = Json.MAPPER.readTree(buffer.asParser());
    json.writeObjectFieldStart("key");
    for (String column : keyColumns) {
      json.writeFieldName(column);
      json.writeTree(row.get(column));
    }
    json.writeEndObject();
    json.writeFieldName("row");
    json.writeTree(row);
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
