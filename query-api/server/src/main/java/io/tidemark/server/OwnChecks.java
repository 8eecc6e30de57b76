package io.tidemark.server;

import io.tidemark.log.LogStore;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether the parts that every node needs answer. */
final class OwnChecks {
  private static final String CATALOG_TOPIC = "_tidemark-views";
  private static final String NO_SUBJECT = "_tidemark-is-it-there";

  private OwnChecks() {}

  static List<ReadinessCheck> of(LogStore logs, ViewCatalog catalog, Views views) {
    return List.of(
        check("broker", () -> broker(logs)),
        check("registry", () -> registry(logs)),
        check("catalog", () -> catalog(catalog)),
        check("replicas", () -> replicas(views)));
  }

  private static ReadinessCheck check(String part, Callable<@Nullable String> reason) {
    return new ReadinessCheck() {
      @Override
      public String part() {
        return part;
      }

      @Override
      public @Nullable String reason() throws Exception {
        return reason.call();
      }
    };
  }

  private static @Nullable String broker(LogStore logs) throws Exception {
    // The catalog's topic is always there, so looking up its end tells whether Kafka answers.
    logs.ends().ends(Set.of(CATALOG_TOPIC)).get(2, TimeUnit.SECONDS);
    return null;
  }

  private static @Nullable String registry(LogStore logs) {
    try {
      logs.registry().latest(NO_SUBJECT);
    } catch (TidemarkException e) {
      if (e.code() != ErrorCode.UNKNOWN_SCHEMA) {
        throw e;
      }
    }
    return null;
  }

  private static @Nullable String catalog(ViewCatalog catalog) {
    catalog.definitions();
    return null;
  }

  private static @Nullable String replicas(Views views) {
    String closed =
        views.all().stream()
            .flatMap(view -> view.shards().stream())
            .filter(shard -> !shard.isOpen())
            .map(shard -> shard + (shard.trouble() == null ? "" : " (" + shard.trouble() + ")"))
            .collect(Collectors.joining(", "));
    return closed.isEmpty() ? null : "not open yet: " + closed;
  }
}
