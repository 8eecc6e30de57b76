package io.tidemark.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.registry.SchemaContent.Reference;
import io.tidemark.schemas.registry.StoredRecord.ClearSubjectRecord;
import io.tidemark.schemas.registry.StoredRecord.ConfigRecord;
import io.tidemark.schemas.registry.StoredRecord.DeleteSubjectRecord;
import io.tidemark.schemas.registry.StoredRecord.IgnoredRecord;
import io.tidemark.schemas.registry.StoredRecord.ModeRecord;
import io.tidemark.schemas.registry.StoredRecord.SchemaRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link StoredRecord} as Confluent's server writes it: JSON keys and values with the fields in its
 * order, since compaction compares keys byte by byte. Thread-safe.
 */
final class StoredRecordCodec {
  private final ObjectMapper json = new ObjectMapper();

  /** A key and a value as they stand in the topic. */
  record Encoded(byte[] key, byte @Nullable [] value) {}

  Encoded encode(StoredRecord record) {
    if (record instanceof SchemaRecord schema) {
      ObjectNode key = key("SCHEMA", schema.subject());
      key.put("version", schema.version()).put("magic", 1);
      return encoded(key, schema.schema() == null ? null : value(schema.schema()));
    }
    if (record instanceof ConfigRecord config) {
      ObjectNode key = key("CONFIG", config.subject()).put("magic", 0);
      return encoded(
          key,
          config.level() == null
              ? null
              : value(config.subject()).put("compatibilityLevel", config.level().name()));
    }
    if (record instanceof ModeRecord mode) {
      ObjectNode key = key("MODE", mode.subject()).put("magic", 0);
      return encoded(
          key, mode.mode() == null ? null : value(mode.subject()).put("mode", mode.mode().name()));
    }
    if (record instanceof DeleteSubjectRecord delete) {
      ObjectNode key = key("DELETE_SUBJECT", delete.subject()).put("magic", 0);
      return encoded(key, value(delete.subject()).put("version", delete.upToVersion()));
    }
    if (record instanceof ClearSubjectRecord clear) {
      return encoded(key("CLEAR_SUBJECT", clear.subject()).put("magic", 0), value(clear.subject()));
    }
    return encoded(key("NOOP", null).put("magic", 0), null);
  }

  /**
   * @throws IOException when the bytes are not what the server writes
   */
  StoredRecord decode(byte[] keyBytes, byte @Nullable [] valueBytes) throws IOException {
    JsonNode key = json.readTree(keyBytes);
    String subject = key.path("subject").textValue();
    JsonNode value = valueBytes == null ? null : json.readTree(valueBytes);
    return switch (key.path("keytype").asText()) {
      case "SCHEMA" -> {
        String name = required(subject, "subject");
        int version = key.required("version").intValue();
        yield new SchemaRecord(name, version, value == null ? null : schema(name, version, value));
      }
      case "CONFIG" -> new ConfigRecord(subject, level(value));
      case "MODE" -> new ModeRecord(subject, mode(value));
      case "DELETE_SUBJECT" ->
          value == null
              ? new IgnoredRecord()
              : new DeleteSubjectRecord(
                  required(subject, "subject"), value.required("version").intValue());
      case "CLEAR_SUBJECT" -> value == null ? new IgnoredRecord() : new ClearSubjectRecord(subject);
      default -> new IgnoredRecord();
    };
  }

  private ObjectNode key(String type, @Nullable String subject) {
    ObjectNode key = json.createObjectNode().put("keytype", type);
    return subject == null ? key : key.put("subject", subject);
  }

  private ObjectNode value(@Nullable String subject) {
    ObjectNode value = json.createObjectNode();
    return subject == null ? value : value.put("subject", subject);
  }

  private ObjectNode value(StoredSchema schema) {
    ObjectNode value = value(schema.subject());
    value.put("version", schema.version()).put("id", schema.id());
    SchemaContent content = schema.content();
    if (!content.type().equals(SchemaContent.AVRO)) {
      value.put("schemaType", content.type());
    }
    if (!content.references().isEmpty()) {
      ArrayNode references = value.putArray("references");
      for (Reference reference : content.references()) {
        references
            .addObject()
            .put("name", reference.name())
            .put("subject", reference.subject())
            .put("version", reference.version());
      }
    }
    return value.put("schema", content.schema()).put("deleted", schema.deleted());
  }

  private static StoredSchema schema(String subject, int version, JsonNode value) {
    List<Reference> references = new ArrayList<>();
    for (JsonNode reference : value.path("references")) {
      references.add(
          new Reference(
              reference.required("name").asText(),
              reference.required("subject").asText(),
              reference.required("version").intValue()));
    }
    SchemaContent content =
        new SchemaContent(
            value.path("schemaType").asText(SchemaContent.AVRO),
            value.required("schema").asText(),
            List.copyOf(references));
    return new StoredSchema(
        subject,
        version,
        value.required("id").intValue(),
        content,
        value.path("deleted").booleanValue());
  }

  private static @Nullable CompatibilityLevel level(@Nullable JsonNode value) {
    String name = value == null ? null : value.path("compatibilityLevel").textValue();
    return name == null ? null : CompatibilityLevel.valueOf(name);
  }

  private static @Nullable Mode mode(@Nullable JsonNode value) {
    String name = value == null ? null : value.path("mode").textValue();
    return name == null ? null : Mode.valueOf(name);
  }

  private static String required(@Nullable String text, String field) throws IOException {
    if (text == null) {
      throw new IOException("the key has no " + field);
    }
    return text;
  }

  private Encoded encoded(ObjectNode key, @Nullable ObjectNode value) {
    try {
      return new Encoded(
          json.writeValueAsBytes(key), value == null ? null : json.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }
}
