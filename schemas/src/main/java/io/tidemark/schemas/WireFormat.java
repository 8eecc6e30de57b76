package io.tidemark.schemas;

import java.nio.ByteBuffer;

/**
 * Confluent's wire format: a zero byte, the schema id as four bytes big-endian, the Avro binary.
 *
 * @see <a
 *     href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format">Confluent's
 *     description</a>
 */
public final class WireFormat {
  /** Bytes before the Avro binary. */
  public static final int HEADER_BYTES = 5;

  private WireFormat() {}

  /**
   * The schema id of a framed value.
   *
   * @throws TidemarkException {@link ErrorCode#SCHEMA_MISMATCH} when the bytes are not framed so
   */
  public static int schemaId(byte[] framed) {
    if (framed.length < HEADER_BYTES || framed[0] != 0) {
      throw new TidemarkException(
          ErrorCode.SCHEMA_MISMATCH,
          "not in the Confluent wire format: expected a zero byte and a schema id of four bytes,"
              + (framed.length == 0
                  ? " got nothing"
                  : " got " + framed.length + " bytes that begin with " + framed[0]));
    }
    return ByteBuffer.wrap(framed).getInt(1);
  }

  /** Writes the header for that schema id into the first {@link #HEADER_BYTES} of the array. */
  public static void putHeader(byte[] framed, int schemaId) {
    framed[0] = 0;
    ByteBuffer.wrap(framed).putInt(1, schemaId);
  }
}
