package io.tidemark.schemas.registry;

import io.tidemark.schemas.registry.SchemaContent.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/** Parses schemas together with what they refer to. Thread-safe. */
final class AvroSchemas {
  private final RegistryState state;

  AvroSchemas(RegistryState state) {
    this.state = state;
  }

  /**
   * Checks a schema that somebody sent and brings it into its canonical form, so that the same
   * schema with other white space is the same content.
   *
   * @throws RegistryError 42201
   */
  SchemaContent canonical(String type, String schema, List<Reference> references) {
    if (!type.equals(SchemaContent.AVRO)) {
      throw RegistryError.invalidSchema(
          "Schemas of type " + type + " are not supported, only " + SchemaContent.AVRO + ".");
    }
    if (schema.isBlank()) {
      throw RegistryError.invalidSchema("The schema is empty.");
    }
    Map<String, Schema> named = resolve(references);
    Schema parsed = parse(schema, named, true);
    return new SchemaContent(type, parsed.toString(named.values(), false), List.copyOf(references));
  }

  /**
   * The schema of a content, with everything it refers to inside. Lenient: what was accepted once
   * must stay readable.
   *
   * @throws RegistryError 42201
   */
  Schema parse(SchemaContent content) {
    if (!content.type().equals(SchemaContent.AVRO)) {
      throw RegistryError.invalidSchema(
          "A schema of type " + content.type() + " cannot be compared with an Avro schema.");
    }
    return parse(content.schema(), resolve(content.references()), false);
  }

  private Schema parse(String schema, Map<String, Schema> named, boolean strict) {
    Schema.Parser parser =
        strict ? new Schema.Parser() : new Schema.Parser(NameValidator.NO_VALIDATION);
    try {
      return parser.setValidateDefaults(strict).addTypes(named.values()).parse(schema);
    } catch (AvroRuntimeException e) {
      throw RegistryError.invalidSchema("Not an Avro schema: " + e.getMessage());
    } catch (NullPointerException e) {
      // All that Avro's parser says about the name of a type that it cannot resolve.
      throw RegistryError.invalidSchema(
          "Not an Avro schema: it uses a type that neither it nor a reference defines.");
    }
  }

  /** The named types that the references bring, those that they themselves refer to first. */
  private Map<String, Schema> resolve(List<Reference> references) {
    Map<String, Schema> named = new LinkedHashMap<>();
    resolve(references, named, new ArrayList<>());
    return named;
  }

  private void resolve(
      List<Reference> references, Map<String, Schema> named, List<Reference> path) {
    for (Reference reference : references) {
      if (path.contains(reference)) {
        throw RegistryError.invalidSchema("The references form a circle at " + reference + ".");
      }
      SchemaContent content = content(reference);
      path.add(reference);
      resolve(content.references(), named, path);
      path.remove(reference);
      Schema parsed = parse(content.schema(), named, false);
      if (parsed.getType() == Schema.Type.RECORD
          || parsed.getType() == Schema.Type.ENUM
          || parsed.getType() == Schema.Type.FIXED) {
        named.putIfAbsent(parsed.getFullName(), parsed);
      }
    }
  }

  private SchemaContent content(Reference reference) {
    return state.allVersions(reference.subject()).stream()
        .filter(schema -> schema.version() == reference.version())
        .findFirst()
        .map(StoredSchema::content)
        .orElseThrow(
            () ->
                RegistryError.invalidSchema(
                    "The schema refers to version "
                        + reference.version()
                        + " of subject '"
                        + reference.subject()
                        + "', which does not exist."));
  }
}
