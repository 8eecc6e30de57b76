package io.tidemark.standalone.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP API of a running server, as JSON trees. Thread-safe.
 *
 * <p>Every call throws {@link TidemarkException}: with the server's own code and message when it
 * answered with a problem, with {@link ErrorCode#LOG_UNAVAILABLE} when it did not answer.
 */
public final class ServerApi {
  /** Reads and writes JSON without rounding fractions. */
  public static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final Duration LONGEST_ANSWER = Duration.ofMinutes(5);

  private final URI server;
  private final HttpClient http;

  /** The API of the server at that address; nothing is sent yet. */
  public ServerApi(URI server) {
    this.server = server;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** Gets a resource; the token is sent when it is not {@code null}. */
  public JsonNode get(String path, Map<String, String> parameters, @Nullable String token) {
    HttpRequest.Builder request = request(path + query(parameters)).GET();
    if (token != null) {
      request.header("Tidemark-Token", token);
    }
    return send(request);
  }

  /** Puts a resource. */
  public JsonNode put(String path, String contentType, String body) {
    return send(
        request(path)
            .header("Content-Type", contentType)
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Posts to a resource. */
  public JsonNode post(String path, String contentType, String body) {
    return send(
        request(path)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Deletes a resource. */
  public JsonNode delete(String path) {
    return send(request(path).DELETE());
  }

  /** A path of segments that may hold any characters. */
  public static String path(String prefix, List<String> segments) {
    return segments.stream()
        .map(segment -> "/" + encode(segment).replace("+", "%20"))
        .collect(Collectors.joining("", prefix, ""));
  }

  private static String query(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
        .collect(
            Collectors.collectingAndThen(
                Collectors.joining("&"), text -> text.isEmpty() ? "" : "?" + text));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpRequest.Builder request(String pathAndQuery) {
    String base = server.toString().replaceAll("/+$", "");
    return HttpRequest.newBuilder(URI.create(base + pathAndQuery)).timeout(LONGEST_ANSWER);
  }

  private JsonNode send(HttpRequest.Builder request) {
    HttpResponse<String> response;
    try {
      response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new TidemarkException(
          ErrorCode.LOG_UNAVAILABLE,
          "no Tidemark server answers at %s: start one with 'tidemark up', or name it with --server"
              .formatted(server),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TidemarkException(ErrorCode.INTERNAL, "interrupted", e);
    }
    if (response.statusCode() >= 400) {
      throw problem(response);
    }
    return parse(response);
  }

  private JsonNode parse(HttpResponse<String> response) {
    try {
      return response.body().isBlank() ? JSON.createObjectNode() : JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new TidemarkException(
          ErrorCode.INTERNAL,
          "%s answered something that is not JSON: is it a Tidemark server?".formatted(server),
          e);
    }
  }

  private TidemarkException problem(HttpResponse<String> response) {
    JsonNode body;
    try {
      body = JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      body = JSON.createObjectNode();
    }
    String detail = body.path("detail").asText(body.path("title").asText(""));
    ErrorCode code = ErrorCode.INTERNAL;
    for (ErrorCode known : ErrorCode.values()) {
      if (known.name().equals(body.path("code").asText())) {
        code = known;
      }
    }
    String retry =
        switch (body.path("retry").asText()) {
          case "now" -> " (trying again now may help)";
          case "later" -> " (trying again later may help)";
          default -> "";
        };
    return new TidemarkException(
        code,
        (detail.isEmpty()
                ? "%s answered with status %d".formatted(server, response.statusCode())
                : detail)
            + retry);
  }
}
