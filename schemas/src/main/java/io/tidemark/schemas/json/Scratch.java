package io.tidemark.schemas.json;

import java.nio.ByteBuffer;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Buffers that the printers of one value use one after the other. */
final class Scratch {
  final Utf8 text = new Utf8();
  @Nullable ByteBuffer bytes;
}
