package io.tidemark.log.catalog;

import io.tidemark.log.LogStore;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewRequest;
import io.tidemark.schemas.catalog.ViewStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The views of a cluster, kept in the compacted topic {@code _tidemark-views}. Thread-safe.
 *
 * <p>Anyone may {@link #request}; only the deployer decides, so that two requests for one name
 * cannot both succeed: it alone calls {@link #publish} and {@link #answer}. Every instance follows
 * the topic, so all processes see the same views shortly after one another.
 */
public final class ViewCatalog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ViewCatalog.class);
  private static final String TOPIC = "_tidemark-views";
  // Long enough for every follower to see a request or an answer before compaction removes it.
  private static final String COMPACTION_LAG_MS = "3600000";

  /**
   * Hears of every change in the order of the topic; called by one thread, so it must not block.
   */
  public interface Listener {
    /** A definition was accepted, or marked as dropped. */
    default void onDefinition(ViewDefinition definition) {}

    /** A job's state changed. */
    default void onStatus(ViewStatus status) {}

    /** Somebody asks; requests that nobody has answered are told again after a restart. */
    default void onRequest(ViewRequest request) {}
  }

  private final CatalogTopic topic;
  private final ConcurrentMap<String, CompletableFuture<ViewAnswer>> asked =
      new ConcurrentHashMap<>();

  // Guarded by lock, as are the calls of listeners: that keeps them in the order of the topic.
  private final Object lock = new Object();
  private final Map<String, ViewDefinition> definitions = new TreeMap<>();
  private final Map<String, ViewStatus> statuses = new HashMap<>();
  private final Map<String, ViewRequest> requests = new LinkedHashMap<>();
  private final List<Listener> listeners = new ArrayList<>();

  private ViewCatalog(LogStore logs) {
    topic = new CatalogTopic(TOPIC, logs.clientConfig(), logs.clock(), this::apply);
  }

  /** Opens the catalog, makes the topic when it is missing, and reads it to its end. */
  public static ViewCatalog open(LogStore logs) {
    logs.createInternalTopic(
        TOPIC,
        1,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
            COMPACTION_LAG_MS));
    ViewCatalog catalog = new ViewCatalog(logs);
    try {
      catalog.topic.follow();
      return catalog;
    } catch (RuntimeException e) {
      catalog.close();
      throw e;
    }
  }

  /** Tells the listener all that is known, then every change. */
  public void listen(Listener listener) {
    synchronized (lock) {
      definitions.values().forEach(listener::onDefinition);
      statuses.values().forEach(listener::onStatus);
      requests.values().forEach(listener::onRequest);
      listeners.add(listener);
    }
  }

  /** The live definition of that view. */
  public Optional<ViewDefinition> definition(String view) {
    synchronized (lock) {
      return Optional.ofNullable(definitions.get(view)).filter(d -> !d.getDropped());
    }
  }

  /** All live definitions, in order of name. */
  public List<ViewDefinition> definitions() {
    synchronized (lock) {
      return definitions.values().stream().filter(d -> !d.getDropped()).toList();
    }
  }

  /** The newest version that the name has ever had, dropped or not; 0 when it never had one. */
  public int newestVersion(String view) {
    synchronized (lock) {
      ViewDefinition definition = definitions.get(view);
      return definition == null ? 0 : definition.getVersion();
    }
  }

  /** The last status of the view's job. */
  public Optional<ViewStatus> status(String view) {
    synchronized (lock) {
      return Optional.ofNullable(statuses.get(view));
    }
  }

  /**
   * Asks the deployer, and completes with its answer. Fails with {@link ErrorCode#LOG_UNAVAILABLE}
   * when Kafka does not take the request; stays open while no deployer runs.
   */
  public CompletableFuture<ViewAnswer> request(ViewRequest request) {
    CompletableFuture<ViewAnswer> answer = new CompletableFuture<>();
    asked.put(request.getId(), answer);
    answer.whenComplete((a, e) -> asked.remove(request.getId()));
    topic
        .write(CatalogEntry.of(request))
        .exceptionally(
            e -> {
              answer.completeExceptionally(e);
              return null;
            });
    return answer;
  }

  /**
   * For the deployer: a definition was accepted or dropped. Returns when this catalog shows it; not
   * for listeners to call.
   */
  public void publish(ViewDefinition definition) {
    topic.writeAndRead(CatalogEntry.of(definition));
  }

  /**
   * For the deployer: a job's state changed. Returns when this catalog shows it; not for listeners
   * to call.
   */
  public void publish(ViewStatus status) {
    topic.writeAndRead(CatalogEntry.of(status));
  }

  /**
   * For the deployer: settles the request with that id. Returns when this catalog shows it; not for
   * listeners to call.
   */
  public void answer(ViewAnswer answer) {
    topic.write(CatalogEntry.of(answer));
    topic.write(CatalogEntry.settledRequest(answer.getId()));
    // Whoever asked follows the topic and sees the answer; nobody will look for it later.
    topic.writeAndRead(CatalogEntry.settledAnswer(answer.getId()));
  }

  @Override
  public void close() {
    topic.close();
    TidemarkException closed =
        new TidemarkException(ErrorCode.LOG_UNAVAILABLE, "the view catalog is closed");
    List.copyOf(asked.values()).forEach(answer -> answer.completeExceptionally(closed));
  }

  private void apply(CatalogEntry entry) {
    synchronized (lock) {
      if (entry instanceof CatalogEntry.Definition e) {
        definitions.put(e.definition().getView(), e.definition());
        tell(listener -> listener.onDefinition(e.definition()));
      } else if (entry instanceof CatalogEntry.Status e) {
        statuses.put(e.status().getView(), e.status());
        tell(listener -> listener.onStatus(e.status()));
      } else if (entry instanceof CatalogEntry.Request e) {
        requests.put(e.request().getId(), e.request());
        tell(listener -> listener.onRequest(e.request()));
      } else if (entry instanceof CatalogEntry.Answer e) {
        requests.remove(e.answer().getId());
        CompletableFuture<ViewAnswer> answer = asked.get(e.answer().getId());
        if (answer != null) {
          answer.completeAsync(e::answer);
        }
      } else if (entry instanceof CatalogEntry.Settled e) {
        requests.remove(e.id());
      }
    }
  }

  private void tell(Consumer<Listener> event) {
    for (Listener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        LOG.error("A listener of the view catalog failed", e);
      }
    }
  }
}
