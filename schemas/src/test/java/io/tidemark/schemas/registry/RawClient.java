package io.tidemark.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Plain HTTP to a registry, as a program in any language would speak it. */
final class RawClient {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI registry;

  RawClient(URI registry) {
    this.registry = registry;
  }

  /** An answer that has been checked to be JSON of the documented content type. */
  record Answer(int status, JsonNode body) {
    Answer ok() {
      assertThat(status).as("status of %s", body).isEqualTo(200);
      return this;
    }

    void isError(int code) {
      assertThat(body.path("error_code").asInt()).as("error code of %s", body).isEqualTo(code);
      assertThat(status).as("status of %s", body).isEqualTo(code < 1000 ? code : code / 100);
      assertThat(body.path("message").asText()).isNotBlank();
    }
  }

  Answer get(String path) {
    return send("GET", path, null);
  }

  Answer delete(String path) {
    return send("DELETE", path, null);
  }

  Answer post(String path, JsonNode body) {
    return send("POST", path, body.toString());
  }

  Answer put(String path, String field, String value) {
    return send("PUT", path, JSON.createObjectNode().put(field, value).toString());
  }

  Answer send(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(registry + path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", CONTENT_TYPE)
            .header("Accept", CONTENT_TYPE)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith(CONTENT_TYPE));
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new AssertionError(method + " " + path + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The body that registers or looks up a schema. */
  static ObjectNode submission(String schema) {
    return JSON.createObjectNode().put("schema", schema);
  }
}
