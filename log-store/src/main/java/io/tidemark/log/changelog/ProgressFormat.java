package io.tidemark.log.changelog;

import io.tidemark.schemas.control.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.specific.SpecificData;

/** Reads each form that a {@link Progress} has had, since changelogs outlive versions. */
final class ProgressFormat {
  private static final BinaryMessageDecoder<Progress> DECODER = decoder();

  private ProgressFormat() {}

  /**
   * Decodes a progress; what its writer did not know of has its default.
   *
   * @throws IOException when it is none
   */
  static Progress decode(ByteBuffer bytes) throws IOException {
    return DECODER.decode(bytes);
  }

  private static BinaryMessageDecoder<Progress> decoder() {
    Schema current = Progress.getClassSchema();
    BinaryMessageDecoder<Progress> decoder =
        new BinaryMessageDecoder<>(new SpecificData(), current);
    decoder.addSchema(withoutRows(current));
    return decoder;
  }

  /** As it was before rows were counted. */
  static Schema withoutRows(Schema current) {
    List<Schema.Field> fields =
        current.getFields().stream()
            .filter(field -> !field.name().equals("rows"))
            .map(field -> new Schema.Field(field, field.schema()))
            .toList();
    return Schema.createRecord(
        current.getName(), current.getDoc(), current.getNamespace(), false, fields);
  }
}
