package io.tidemark.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.schemas.registry.Registry.Submission;
import io.tidemark.schemas.registry.SchemaContent.Reference;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One HTTP request and its answer, in the words of the registry. */
final class Exchange {
  static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

  private final RoutingContext context;
  private final ObjectMapper json;

  Exchange(RoutingContext context, ObjectMapper json) {
    this.context = context;
    this.json = json;
  }

  String subject() {
    return path("subject");
  }

  /** The subject, or null on the paths that speak of all. */
  @Nullable String subjectOrAll() {
    return context.pathParam("subject");
  }

  VersionName version() {
    return VersionName.parse(path("version"));
  }

  int id() {
    String text = path("id");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new RegistryError(404, "'" + text + "' is no id: expected a number.");
    }
  }

  private String path(String name) {
    String value = context.pathParam(name);
    return value == null ? "" : value;
  }

  boolean flag(String name) {
    return Boolean.parseBoolean(parameter(name));
  }

  @Nullable String parameter(String name) {
    return context.queryParams().get(name);
  }

  Submission submission() {
    JsonNode body = body();
    List<Reference> references = new ArrayList<>();
    for (JsonNode reference : body.path("references")) {
      references.add(
          new Reference(
              text(reference, "name"),
              text(reference, "subject"),
              number(reference, "version", 0)));
    }
    String type = body.path("schemaType").asText(SchemaContent.AVRO);
    return new Submission(
        type,
        body.path("schema").asText(""),
        references,
        number(body, "id", -1),
        Math.max(0, number(body, "version", 0)));
  }

  CompatibilityLevel level() {
    JsonNode body = body();
    String name = body.path("compatibility").asText(body.path("compatibilityLevel").asText(""));
    try {
      return CompatibilityLevel.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw RegistryError.invalidCompatibility(name);
    }
  }

  Mode mode() {
    String name = body().path("mode").asText("");
    try {
      return Mode.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw RegistryError.invalidMode(name);
    }
  }

  private JsonNode body() {
    Buffer buffer = context.body().buffer();
    try {
      JsonNode body = buffer == null ? null : json.readTree(buffer.getBytes());
      if (body != null && body.isObject()) {
        return body;
      }
    } catch (IOException e) {
      throw new RegistryError(400, "The body is no JSON: " + e.getMessage());
    }
    throw new RegistryError(400, "The body must be a JSON object.");
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw RegistryError.invalidSchema("A reference needs the text field '" + field + "'.");
    }
    return value.textValue();
  }

  private static int number(JsonNode node, String field, int otherwise) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.canConvertToInt()) {
      throw new RegistryError(400, "Field '" + field + "' must be an integer.");
    }
    return value.intValue();
  }

  void answer(Object body) {
    send(200, body);
  }

  void refuse(RegistryError error) {
    send(
        error.status(),
        json.createObjectNode().put("error_code", error.code()).put("message", error.getMessage()));
  }

  private void send(int status, Object body) {
    try {
      context
          .response()
          .setStatusCode(status)
          .putHeader("Content-Type", CONTENT_TYPE)
          .end(Buffer.buffer(json.writeValueAsBytes(body)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }
}
