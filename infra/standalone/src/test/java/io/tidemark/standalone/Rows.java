package io.tidemark.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.standalone.http.ServerApi;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Reads whole views over HTTP. */
public final class Rows {
  private Rows() {}

  /**
   * Reads with those parameters, again as long as the view is not there yet: a server that has just
   * started plans its views first, which takes a JVM without an archive of classes half a minute on
   * a busy machine.
   */
  public static JsonNode read(
      ServerApi api, String path, Map<String, String> parameters, @Nullable String token) {
    Map<String, String> patient = new HashMap<>(parameters);
    patient.put("timeoutMs", "30000");
    return Awaitility.await(path)
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofMinutes(5))
        .ignoreExceptionsMatching(
            e -> e instanceof TidemarkException refused && refused.code().isTooEarly())
        .until(() -> api.get(path, patient, token), answer -> true);
  }

  /**
   * All rows of a view by their keys, the columns of a key joined by a slash. Every page is read
   * with strong consistency.
   */
  public static Map<String, JsonNode> all(ServerApi api, String view) {
    Map<String, JsonNode> rows = new TreeMap<>();
    String cursor = null;
    do {
      Map<String, String> parameters = new LinkedHashMap<>();
      parameters.put("consistency", "strong");
      parameters.put("limit", "1000");
      if (cursor != null) {
        parameters.put("cursor", cursor);
      }
      JsonNode page =
          read(api, ServerApi.path("/v1/views", List.of(view)) + "/rows", parameters, null);
      for (JsonNode entry : page.path("rows")) {
        String key =
            StreamSupport.stream(entry.path("key").spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining("/"));
        if (rows.put(key, entry.path("row")) != null) {
          throw new AssertionError(view + " gave the key " + key + " twice");
        }
      }
      cursor = page.hasNonNull("cursor") ? page.path("cursor").asText() : null;
    } while (cursor != null);
    return rows;
  }
}
