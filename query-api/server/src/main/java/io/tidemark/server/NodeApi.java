package io.tidemark.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The node itself: cluster, health, readiness, metrics, and the description of all of it. */
final class NodeApi {
  private static final long CHECK_TIMEOUT_MS = 3_000;

  private final String clusterId;
  private final Supplier<URI> uri;
  private final Views views;
  private final List<ReadinessCheck> checks;
  private final PrometheusMeterRegistry metrics;
  private final Executor workers;
  private final byte[] openApi;

  NodeApi(
      String clusterId,
      Supplier<URI> uri,
      Views views,
      List<ReadinessCheck> checks,
      PrometheusMeterRegistry metrics,
      Executor workers) {
    this.clusterId = clusterId;
    this.uri = uri;
    this.views = views;
    this.checks = checks;
    this.metrics = metrics;
    this.workers = workers;
    try (InputStream in = NodeApi.class.getResourceAsStream("openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("openapi.json is missing from the jar");
      }
      this.openApi = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Reply cluster(Call call) {
    call.allowQuery();
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("clusterId", clusterId);
    ObjectNode node = body.putArray("nodes").addObject();
    node.put("uri", uri.get().toString());
    ArrayNode shards = node.putArray("shards");
    for (ServedView view : views.all()) {
      for (Shard shard : view.shards()) {
        ObjectNode each = ViewsApi.describe(shard);
        ObjectNode named = shards.addObject();
        named.put("view", view.name());
        named.put("version", view.version());
        named.setAll(each);
      }
    }
    return Reply.json(200, body);
  }

  Reply health(Call call) {
    call.allowQuery();
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("status", "up");
    return Reply.json(200, body);
  }

  /** Asks every part at once; one that does not answer in time counts as not ready. */
  CompletionStage<Reply> ready(Call call) {
    call.allowQuery();
    Map<String, CompletableFuture<String>> answers = new LinkedHashMap<>();
    for (ReadinessCheck check : checks) {
      answers.put(
          check.part(),
          CompletableFuture.supplyAsync(() -> ask(check), workers)
              .completeOnTimeout(
                  "no answer within " + CHECK_TIMEOUT_MS + " ms",
                  CHECK_TIMEOUT_MS,
                  TimeUnit.MILLISECONDS));
    }
    return CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
        .thenApply(
            all -> {
              ObjectNode body = Json.MAPPER.createObjectNode();
              boolean ready = answers.values().stream().allMatch(a -> a.join().isEmpty());
              body.put("ready", ready);
              ObjectNode parts = body.putObject("parts");
              answers.forEach(
                  (part, answer) ->
                      parts.put(part, answer.join().isEmpty() ? "ready" : answer.join()));
              return Reply.json(ready ? 200 : 503, body);
            });
  }

  /** Why the part is not ready; empty when it is. */
  private static String ask(ReadinessCheck check) {
    try {
      String reason = check.reason();
      return reason == null ? "" : reason;
    } catch (Exception e) {
      return e.getMessage() == null ? e.toString() : e.getMessage();
    }
  }

  Reply metrics(Call call) {
    return new Reply(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        metrics.scrape().getBytes(StandardCharsets.UTF_8),
        null);
  }

  Reply openApi(Call call) {
    return new Reply(200, Json.CONTENT_TYPE, openApi, null);
  }
}
