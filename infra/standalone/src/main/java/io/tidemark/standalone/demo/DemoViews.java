package io.tidemark.standalone.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.standalone.http.ServerApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Asks for the demo's views, all at once and beside whatever else is going on. */
final class DemoViews {
  /** The views; each has a resource of that name. */
  static final List<String> NAMES =
      List.of(
          "departures_by_origin",
          "arrivals_by_destination",
          "traffic_by_route",
          "worst_delays",
          "departures_by_state");

  private final List<CompletableFuture<String>> answers = new ArrayList<>();

  private DemoViews() {}

  /** Asks for those views that are not there as they should be. */
  static DemoViews request(ServerApi api) {
    Map<String, String> present = new HashMap<>();
    for (JsonNode view : api.get("/v1/views", Map.of(), null).path("views")) {
      present.put(view.path("view").asText(), view.path("sql").asText());
    }
    DemoViews views = new DemoViews();
    for (String view : NAMES) {
      String sql = sql(view);
      if (!sql.equals(present.get(view))) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        views.answers.add(answer);
        // The calls wait most of the time, so they must not take up a shared pool.
        Thread thread = new Thread(() -> create(api, view, sql, answer), "demo-view-" + view);
        thread.setDaemon(true);
        thread.start();
      }
    }
    return views;
  }

  /** Waits until all of them run; returns what there is to tell about it. */
  List<String> await() {
    try {
      return answers.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void create(
      ServerApi api, String view, String sql, CompletableFuture<String> answer) {
    long beganNs = System.nanoTime();
    try {
      api.put(ServerApi.path("/v1/views", List.of(view)), "application/sql", sql);
      answer.complete(
          "view %s runs, after %.1f s".formatted(view, (System.nanoTime() - beganNs) / 1e9));
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private static String sql(String view) {
    String path = "/views/" + view + ".sql";
    try (InputStream in = DemoViews.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + path + " is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
