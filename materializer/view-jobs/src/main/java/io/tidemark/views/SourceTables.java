package io.tidemark.views;

import io.tidemark.log.LogInfo;
import io.tidemark.log.LogStore;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds what the names in a query stand for. A name that is a log's and a view's means the log.
 * Thread-safe.
 */
final class SourceTables {
  /** Whether none of a view's key columns can be null. */
  interface KeyTypes {
    boolean neverNull(ViewDefinition definition);
  }

  private final LogStore logs;
  private final ViewCatalog views;
  private final KeyTypes keys;

  SourceTables(LogStore logs, ViewCatalog views, KeyTypes keys) {
    this.logs = logs;
    this.views = views;
    this.keys = keys;
  }

  /** What the names mean now, for a view that is to be created. */
  SourceTable fresh(String name, ViewOptions options) {
    try {
      return log(name, options);
    } catch (TidemarkException e) {
      if (e.code() != ErrorCode.UNKNOWN_LOG) {
        throw e;
      }
      Optional<ViewDefinition> view = views.definition(name);
      if (view.isEmpty()) {
        throw new TidemarkException(
            ErrorCode.UNKNOWN_LOG, e.getMessage() + "; nor is there a view of that name", e);
      }
      requireAlive(view.get());
      return upstream(view.get());
    }
  }

  /** What the names meant when the view was created. */
  SourceTable pinned(String name, ViewDefinition reader, ViewOptions options) {
    for (String source : reader.getSources()) {
      if (Shards.isChangelog(source) && Shards.viewOf(source).equals(name)) {
        return upstream(
            views
                .definition(name)
                .filter(found -> found.getChangelog().equals(source))
                .orElseThrow(
                    () ->
                        new TidemarkException(
                            ErrorCode.UNKNOWN_VIEW,
                            "view '%s' reads view '%s', whose version with the changelog %s is gone"
                                .formatted(reader.getView(), name, source))));
      }
    }
    LogTable log = log(name, options);
    Long expected = reader.getLogIds().get(name);
    if (expected == null || expected != log.id()) {
      throw new TidemarkException(
          ErrorCode.LOG_RECREATED,
          "the log '%s' was deleted and made anew since view '%s' was created over it; drop the view and create it again"
              .formatted(name, reader.getView()));
    }
    return log;
  }

  private LogTable log(String name, ViewOptions options) {
    LogInfo info = logs.describe(name);
    Integer pinned = options.schemaIds().get(name);
    return pinned == null
        ? new LogTable(
            name, info.id(), info.partitions(), info.schema().schema(), info.schema().id())
        : new LogTable(name, info.id(), info.partitions(), logs.registry().byId(pinned), pinned);
  }

  private UpstreamTable upstream(ViewDefinition view) {
    List<TopicPartition> below = new ArrayList<>();
    for (String source : view.getSources()) {
      below.addAll(Scan.partitions(source, logs.partitions(source)));
    }
    return new UpstreamTable(view, keys.neverNull(view), below);
  }

  private void requireAlive(ViewDefinition view) {
    views
        .status(view.getView())
        .filter(status -> status.getVersion() == view.getVersion())
        .filter(status -> status.getState() == ViewState.FAILED)
        .ifPresent(
            status -> {
              throw new TidemarkException(
                  ErrorCode.VIEW_FAILED,
                  "view '%s', which the query reads, has failed and does not advance: %s"
                      .formatted(view.getView(), status.getMessage()));
            });
  }
}
