package io.tidemark.schemas.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.EOFException;
import java.io.IOException;
import java.util.HashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Prints Avro's binary of one schema as JSON, straight from bytes to bytes. Immutable and
 * thread-safe; making one costs far more than using it, so keep it per schema.
 *
 * <p>The schema is compiled once into a tree of {@link Printer printers} that walk the binary in
 * its own order. Texts are copied as UTF-8, without becoming a {@link String}, when the generator
 * writes bytes. See the package for the JSON of each type.
 */
public final class AvroToJson {
  private final Schema schema;
  private final Printer printer;

  /** For values of that schema. */
  public AvroToJson(Schema schema) {
    this.schema = schema;
    this.printer = Printers.of(schema, new HashMap<>());
  }

  /**
   * Writes one value.
   *
   * @param avro holds the value's binary, without a header
   * @throws TidemarkException {@link ErrorCode#SCHEMA_MISMATCH} when the bytes are no value of the
   *     schema; what was written until then is incomplete
   * @throws IOException from the generator
   */
  public void write(byte[] avro, int offset, int length, JsonGenerator out) throws IOException {
    BinaryDecoder in = DecoderFactory.get().binaryDecoder(avro, offset, length, null);
    try {
      printer.print(in, out, new Scratch());
      if (!in.isEnd()) {
        throw new TidemarkException(
            ErrorCode.SCHEMA_MISMATCH,
            length + " bytes are more than a value of " + Mismatch.name(schema) + " takes");
      }
    } catch (EOFException | AvroRuntimeException | IndexOutOfBoundsException e) {
      throw new TidemarkException(
          ErrorCode.SCHEMA_MISMATCH,
          length + " bytes are no value of " + Mismatch.name(schema) + ": " + e,
          e);
    }
  }
}
