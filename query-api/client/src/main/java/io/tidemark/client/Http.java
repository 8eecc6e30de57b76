package io.tidemark.client;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Requests to one node, and what its errors become. Thread-safe. */
final class Http {
  static final String TOKEN_HEADER = "Tidemark-Token";

  private static final String JSON = "application/json";
  private static final String EVENTS = "text/event-stream";

  private final URI node;
  private final ObjectMapper mapper =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  Http(URI node) {
    String text = node.toString();
    this.node = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  ObjectMapper mapper() {
    return mapper;
  }

  /** A reply that is no error. */
  record Answer(int status, JsonNode body, @Nullable String token) {}

  Answer get(String path, @Nullable String token, Duration timeout) {
    return send(request(path, timeout, token).GET().build());
  }

  Answer delete(String path, Duration timeout) {
    return send(request(path, timeout, null).DELETE().build());
  }

  Answer put(String path, String contentType, byte[] body, Duration timeout) {
    return send(
        request(path, timeout, null)
            .header("Content-Type", contentType)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  Answer putJson(String path, JsonNode body, Duration timeout) {
    return put(path, JSON, bytes(body), timeout);
  }

  Answer postJson(String path, JsonNode body, @Nullable String token, Duration timeout) {
    return send(
        request(path, timeout, token)
            .header("Content-Type", JSON)
            .POST(HttpRequest.BodyPublishers.ofByteArray(bytes(body)))
            .build());
  }

  private HttpRequest.Builder request(String path, Duration timeout, @Nullable String token) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node + path)).timeout(timeout);
    return token == null ? request : request.header(TOKEN_HEADER, token);
  }

  private byte[] bytes(JsonNode body) {
    try {
      return mapper.writeValueAsBytes(body);
    } catch (IOException e) {
      throw new TidemarkException(
          ErrorCode.INVALID_REQUEST, "cannot be written as JSON: " + e.getMessage(), e);
    }
  }

  private Answer send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      JsonNode body = body(response);
      if (response.statusCode() >= 400) {
        throw error(response.statusCode(), body);
      }
      return new Answer(
          response.statusCode(), body, response.headers().firstValue(TOKEN_HEADER).orElse(null));
    } catch (IOException e) {
      throw unavailable(request.method(), request.uri().getPath(), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * The events that a node sends, from the first one on.
   *
   * @param lastEventId behind which to go on; {@code null} to begin
   */
  EventStream events(
      String path, @Nullable String token, @Nullable String lastEventId, Duration timeout) {
    HttpRequest.Builder request = request(path, timeout, token).header("Accept", EVENTS);
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId);
    }
    try {
      HttpResponse<InputStream> response =
          client.send(request.GET().build(), info -> ReceivedBytes.subscriber());
      if (response.statusCode() >= 400) {
        try (InputStream body = response.body()) {
          throw error(response.statusCode(), mapper.readTree(body));
        }
      }
      return new EventStream(response.body());
    } catch (IOException e) {
      throw unavailable("GET", path, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  TidemarkException unavailable(String method, String path, IOException why) {
    return new TidemarkException(
        ErrorCode.NODE_UNAVAILABLE,
        "no answer from %s to %s %s: %s"
            .formatted(
                node, method, path, why.getMessage() == null ? why.toString() : why.getMessage()),
        why);
  }

  private TidemarkException interrupted(InterruptedException why) {
    Thread.currentThread().interrupt();
    return new TidemarkException(
        ErrorCode.NODE_UNAVAILABLE, "interrupted while waiting for " + node, why);
  }

  /** The error that a problem document tells of. */
  TidemarkException error(JsonNode problem) {
    return error(problem.path("status").asInt(), problem);
  }

  private JsonNode body(HttpResponse<byte[]> response) throws IOException {
    String type = response.headers().firstValue("Content-Type").orElse("");
    return type.contains("json") ? mapper.readTree(response.body()) : mapper.createObjectNode();
  }

  private TidemarkException error(int status, JsonNode body) {
    String detail = body.path("detail").asText("");
    return new TidemarkException(
        code(body.path("code").asText("")),
        detail.isEmpty() ? node + " answered with status " + status : detail);
  }

  /** A code that this client does not know yet says no more than that something is wrong. */
  private static ErrorCode code(String name) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return ErrorCode.INTERNAL;
  }

  /** One segment of a path. */
  static String segment(String text) {
    String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    // The JDK takes dots for what they mean in file names.
    return encoded.equals(".") || encoded.equals("..") ? encoded.replace(".", "%2E") : encoded;
  }
}
