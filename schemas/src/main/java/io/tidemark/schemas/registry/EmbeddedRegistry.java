package io.tidemark.schemas.registry;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.clock.ClockWatch;
import io.tidemark.schemas.clock.Renewed;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.BindException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running registry: an HTTP port in front of the topic {@code _schemas}. Thread-safe.
 *
 * <p>Several may run on one Kafka cluster, in one process or many; they agree. Needs {@code
 * vertx-web} on the class path.
 */
public final class EmbeddedRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRegistry.class);
  private static final int WORKER_THREADS = 8;
  private static final int SHUTDOWN_SECONDS = 5;

  /**
   * How to run the registry.
   *
   * @param host the address to bind to
   * @param port the port, 0 for any free one
   * @param replicationFactor of the topic {@code _schemas}, if it has to be created
   */
  public record Config(String bootstrapServers, String host, int port, short replicationFactor) {}

  private final HttpServer server;
  private final Vertx vertx;
  private final ClockWatch clock;
  private final Renewed<Admin> admin;
  private final TopicReader reader;
  private final TopicStore store;
  private final URI uri;

  private EmbeddedRegistry(
      HttpServer server,
      Vertx vertx,
      ClockWatch clock,
      Renewed<Admin> admin,
      TopicReader reader,
      TopicStore store,
      URI uri) {
    this.server = server;
    this.vertx = vertx;
    this.clock = clock;
    this.admin = admin;
    this.reader = reader;
    this.store = store;
    this.uri = uri;
  }

  /**
   * Creates the topic if there is none, reads it to its end, and returns when the port takes
   * requests.
   *
   * @throws TidemarkException {@link ErrorCode#REGISTRY_UNAVAILABLE} when Kafka does not answer,
   *     the topic is not one for schemas, or the port is taken
   */
  public static EmbeddedRegistry start(Config config) {
    ClockWatch clock = ClockWatch.start();
    Renewed<Admin> admin =
        Renewed.admin(
            clock,
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                config.bootstrapServers(),
                AdminClientConfig.CLIENT_ID_CONFIG,
                "tidemark-registry",
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                30_000));
    try {
      SchemasTopic.ensure(admin.get(), config.replicationFactor());
    } catch (RuntimeException e) {
      admin.close();
      clock.close();
      throw e;
    }
    RegistryState state = new RegistryState();
    StoredRecordCodec codec = new StoredRecordCodec();
    TopicReader reader = new TopicReader(config.bootstrapServers(), clock, codec, state);
    TopicStore store = new TopicStore(config.bootstrapServers(), clock, admin, codec, reader);
    Vertx vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(WORKER_THREADS));
    try {
      store.catchUp();
      Answers answers = new Answers(new Registry(state, store), new Settings(state, store), state);
      HttpServer server = listen(vertx, config, answers, store);
      URI uri = URI.create("http://" + config.host() + ":" + server.actualPort());
      return new EmbeddedRegistry(server, vertx, clock, admin, reader, store, uri);
    } catch (RegistryError e) {
      stop(vertx, store, reader, admin, clock);
      throw new TidemarkException(
          ErrorCode.REGISTRY_UNAVAILABLE,
          "the registry cannot read its topic: " + e.getMessage(),
          e);
    } catch (RuntimeException e) {
      stop(vertx, store, reader, admin, clock);
      throw e;
    }
  }

  private static HttpServer listen(Vertx vertx, Config config, Answers answers, TopicStore store) {
    try {
      return vertx
          .createHttpServer(new HttpServerOptions().setHost(config.host()).setPort(config.port()))
          .requestHandler(RegistryRoutes.router(vertx, answers, store))
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get();
    } catch (ExecutionException e) {
      String what =
          e.getCause() instanceof BindException
              ? "the registry cannot listen on %s:%d, which is in use or not an address of this machine"
                  .formatted(config.host(), config.port())
              : "the registry did not start";
      throw new TidemarkException(
          ErrorCode.REGISTRY_UNAVAILABLE, what + ": " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TidemarkException(
          ErrorCode.REGISTRY_UNAVAILABLE, "interrupted while the registry was starting", e);
    }
  }

  /** The address to give to clients. */
  public URI uri() {
    return uri;
  }

  /**
   * Stops taking requests, lets those under way end for some seconds, then lets go of Kafka. What
   * was acknowledged is in the topic.
   */
  @Override
  public void close() {
    try {
      server
          .shutdown(SHUTDOWN_SECONDS, TimeUnit.SECONDS)
          .toCompletionStage()
          .toCompletableFuture()
          .get();
    } catch (ExecutionException e) {
      LOG.warn("Requests under way were cut off", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stop(vertx, store, reader, admin, clock);
    }
  }

  private static void stop(
      Vertx vertx, TopicStore store, TopicReader reader, Renewed<Admin> admin, ClockWatch clock) {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw new TidemarkException(ErrorCode.INTERNAL, "the registry did not stop", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      store.close();
      reader.close();
      admin.close();
      clock.close();
    }
  }
}
