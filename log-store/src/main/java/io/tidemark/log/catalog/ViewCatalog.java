package io.tidemark.log.catalog;

import io.tidemark.log.LogStore;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewRequest;
import io.tidemark.schemas.catalog.ViewStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The views of a cluster, kept in the compacted topic {@code _tidemark-views}. Thread-safe.
 *
 * <p>Anyone may {@link #request}; only the deployer decides, so that two requests for one name
 * cannot both succeed: it alone calls {@link #publish} and {@link #answer}. Every instance follows
 * the topic, so all processes see the same views shortly after one another.
 */
public final class ViewCatalog implements AutoCloseable {

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

  /** Opens the catalog, makes the topic when it is missing, and reads it to its end. */
  public static ViewCatalog open(LogStore logs) {
    throw new UnsupportedOperationException();
  }

  /** Tells the listener all that is known, then every change. */
  public void listen(Listener listener) {
    throw new UnsupportedOperationException();
  }

  /** The live definition of that view. */
  public Optional<ViewDefinition> definition(String view) {
    throw new UnsupportedOperationException();
  }

  /** All live definitions, in order of name. */
  public List<ViewDefinition> definitions() {
    throw new UnsupportedOperationException();
  }

  /** The newest version that the name has ever had, dropped or not; 0 when it never had one. */
  public int newestVersion(String view) {
    throw new UnsupportedOperationException();
  }

  /** The last status of the view's job. */
  public Optional<ViewStatus> status(String view) {
    throw new UnsupportedOperationException();
  }

  /** Asks the deployer, and completes with its answer. */
  public CompletableFuture<ViewAnswer> request(ViewRequest request) {
    throw new UnsupportedOperationException();
  }

  /** For the deployer: a definition was accepted or dropped. Returns when Kafka has it. */
  public void publish(ViewDefinition definition) {
    throw new UnsupportedOperationException();
  }

  /** For the deployer: a job's state changed. Returns when Kafka has it. */
  public void publish(ViewStatus status) {
    throw new UnsupportedOperationException();
  }

  /** For the deployer: settles the request with that id. Returns when Kafka has it. */
  public void answer(ViewAnswer answer) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
