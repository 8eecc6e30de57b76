package io.tidemark.schemas.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.apache.avro.io.BinaryDecoder;

/** Reads one value and prints it. */
interface Printer {
  void print(BinaryDecoder in, JsonGenerator out, Scratch scratch) throws IOException;
}
