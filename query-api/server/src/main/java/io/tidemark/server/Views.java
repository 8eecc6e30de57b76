package io.tidemark.server;

import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewState;
import io.tidemark.schemas.catalog.ViewStatus;
import io.tidemark.store.ShardStore;
import io.tidemark.store.ShardStoreConfig;
import io.tidemark.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The views that this node serves: what the catalog defines becomes shards that tailers follow,
 * what it drops is closed and deleted. Thread-safe.
 */
final class Views implements ViewCatalog.Listener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Views.class);

  private static final long RETRY_MS = 500;

  private final ViewCatalog catalog;
  private final String clusterId;
  private final Path directory;
  private final List<Tailer> tailers;
  private final RequestMetrics metrics;
  private final Duration kept;
  private volatile boolean closed;
  private final Map<String, ServedView> served = new ConcurrentSkipListMap<>();
  private final ScheduledThreadPoolExecutor cleaner =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread thread = new Thread(task, "tidemark-dropped-views");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param kept how long the stores keep earlier states, also of views that ask for less
   */
  Views(
      ViewCatalog catalog,
      String clusterId,
      Path directory,
      List<Tailer> tailers,
      RequestMetrics metrics,
      Duration kept) {
    this.kept = kept;
    cleaner.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.catalog = catalog;
    this.clusterId = clusterId;
    this.directory = directory;
    this.tailers = tailers;
    this.metrics = metrics;
  }

  /** Serves what the catalog holds, and from now on what it comes to hold. */
  void start() {
    catalog.listen(this);
  }

  /** All views, in order of name. */
  Collection<ServedView> all() {
    return served.values();
  }

  /**
   * The view with that name.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_VIEW}
   */
  ServedView served(String name) {
    ServedView view = served.get(name);
    if (view == null) {
      throw new TidemarkException(
          ErrorCode.UNKNOWN_VIEW,
          "there is no view '%s'; %s"
              .formatted(
                  name,
                  served.isEmpty()
                      ? "there are none yet"
                      : "the views are " + String.join(", ", served.keySet())));
    }
    return view;
  }

  /** The view that has that changelog; {@code null} when it is not served here any more. */
  @Nullable ServedView ofChangelog(String topic) {
    ServedView view = served.get(Shards.viewOf(topic));
    return view != null && view.definition().getChangelog().equals(topic) ? view : null;
  }

  /** How the job of exactly that version is doing; {@code null} when nobody has said. */
  @Nullable ViewStatus status(ServedView view) {
    return catalog
        .status(view.name())
        .filter(status -> status.getVersion() == view.version())
        .orElse(null);
  }

  /** The job of that view, or else of one that it reads, that has failed; {@code null} if none. */
  @Nullable ViewStatus failed(ServedView view) {
    ViewStatus own = status(view);
    if (own != null && own.getState() == ViewState.FAILED) {
      return own;
    }
    return view.upstream().stream()
        .flatMap(name -> Stream.ofNullable(served.get(name)))
        .flatMap(upstream -> Stream.ofNullable(status(upstream)))
        .filter(status -> status.getState() == ViewState.FAILED)
        .findFirst()
        .orElse(null);
  }

  @Override
  public void onDefinition(ViewDefinition definition) {
    if (closed) {
      // The catalog outlives the node and goes on telling.
      return;
    }
    ServedView current = served.get(definition.getView());
    if (current != null && current.version() > definition.getVersion()) {
      return;
    }
    if (current != null
        && (definition.getDropped() || current.version() < definition.getVersion())) {
      served.remove(definition.getView());
      cleaner.execute(() -> close(current));
    }
    int oldest = definition.getDropped() ? definition.getVersion() + 1 : definition.getVersion();
    cleaner.execute(() -> deleteBelow(definition.getView(), oldest));
    if (!definition.getDropped() && served.get(definition.getView()) == null) {
      ServedView fresh = new ServedView(definition);
      served.put(fresh.name(), fresh);
      for (Shard shard : fresh.shards()) {
        metrics.watch(fresh, shard);
        tailerOf(shard).follow(shard, () -> open(fresh, shard));
      }
      LOG.info("Serving {} with {} shards", fresh, fresh.shards().size());
    }
  }

  private ShardStore open(ServedView view, Shard shard) {
    Path own = directory.resolve(view.toString()).resolve(Integer.toString(shard.number()));
    try {
      Files.createDirectories(own.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the directory " + own.getParent(), e);
    }
    return ShardStore.open(
        ShardStoreConfig.of(own)
            .withRetention(view.retention().compareTo(kept) > 0 ? view.retention() : kept),
        "%s/%s/v%d/%d".formatted(clusterId, view.name(), view.version(), shard.number()));
  }

  /** Always the same one for a shard, and neighbours with different ones. */
  private Tailer tailerOf(Shard shard) {
    return tailers.get(
        Math.floorMod(shard.changelog().hashCode() + shard.number(), tailers.size()));
  }

  private void close(ServedView view) {
    metrics.forget(view);
    try {
      for (Shard shard : view.shards()) {
        tailerOf(shard).forget(shard);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes what is left of versions that no longer exist. */
  private void deleteBelow(String view, int oldestKept) {
    String start = view + "-v";
    try (Stream<Path> children = Files.exists(directory) ? Files.list(directory) : Stream.empty()) {
      for (Path child : children.toList()) {
        String name = child.getFileName().toString();
        if (name.startsWith(start)
            && name.substring(start.length()).matches("\\d{1,9}")
            && Integer.parseInt(name.substring(start.length())) < oldestKept) {
          deleteAll(child);
          LOG.info("Deleted {}, which has been dropped", child);
        }
      }
    } catch (IOException | StoreException e) {
      if (e instanceof StoreException known && known.kind() == StoreException.Kind.LOCKED) {
        LOG.debug("{} is deleted when its last reader has let it go", view);
        later(() -> deleteBelow(view, oldestKept));
        return;
      }
      LOG.warn("Cannot delete what is left of {}: it only takes space", view, e);
    }
  }

  private void later(Runnable task) {
    if (!closed) {
      cleaner.schedule(task, RETRY_MS, TimeUnit.MILLISECONDS);
    }
  }

  private static void deleteAll(Path view) throws IOException {
    try (Stream<Path> shards = Files.list(view)) {
      shards.toList().forEach(ShardStore::delete);
    }
    Files.delete(view);
  }

  @Override
  public void close() {
    closed = true;
    cleaner.shutdown();
    try {
      if (!cleaner.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("Dropped views are still being deleted; the next start goes on with it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
