package io.tidemark.server;

import io.tidemark.log.LogStore;
import io.tidemark.log.catalog.ViewCatalog;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: replicas of the views' shards, and the HTTP interface that reads them. Thread-safe.
 *
 * <p>It owns neither the log store nor the catalog: close them after it.
 */
public final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final int MAX_LINE_BYTES = 64 << 10;
  private static final int WORKERS = 32;

  private final List<AutoCloseable> parts = new ArrayList<>();
  private final AtomicReference<@Nullable URI> uri = new AtomicReference<>();

  private Node() {}

  /**
   * Starts a node and returns when it takes requests; its replicas catch up behind that.
   *
   * @param checks parts beside the node's own that must answer before {@code /v1/ready} says so
   * @throws IllegalStateException when the port is taken or nothing can be started
   */
  public static Node start(
      NodeConfig config, LogStore logs, ViewCatalog catalog, ReadinessCheck... checks) {
    try (Prepared prepared = prepare(config)) {
      return prepared.start(logs, catalog, checks);
    }
  }

  /**
   * Begins with what of a start needs no logs, for a process that has yet to connect to them; at
   * once. Close it: that ends what has been prepared and not been taken by a node.
   */
  public static Prepared prepare(NodeConfig config) {
    return new Prepared(config);
  }

  /** A node that waits for its logs. Thread-safe. */
  public static final class Prepared implements AutoCloseable {
    private final NodeConfig config;
    private final CompletableFuture<Vertx> vertx;
    private final AtomicBoolean taken = new AtomicBoolean();

    private Prepared(NodeConfig config) {
      this.config = config;
      this.vertx = CompletableFuture.supplyAsync(() -> vertx(config.eventLoops()));
    }

    /**
     * As {@link Node#start}; once.
     *
     * @throws IllegalStateException also when it was started before, or closed
     */
    public Node start(LogStore logs, ViewCatalog catalog, ReadinessCheck... checks) {
      if (!taken.compareAndSet(false, true)) {
        throw new IllegalStateException("this node was started before, or given up");
      }
      Node node = new Node();
      try {
        node.open(config, vertx, logs, catalog, List.of(checks));
        return node;
      } catch (RuntimeException e) {
        node.close();
        // Also when the node had not come as far as to listen.
        vertx.thenAccept(Vertx::close);
        throw e;
      }
    }

    @Override
    public void close() {
      if (taken.compareAndSet(false, true)) {
        vertx.thenAccept(Vertx::close);
      }
    }
  }

  /** Where the node listens, for example {@code http://127.0.0.1:8080}. */
  public URI uri() {
    URI known = uri.get();
    if (known == null) {
      throw new IllegalStateException("the node does not listen yet");
    }
    return known;
  }

  private void open(
      NodeConfig config,
      CompletableFuture<Vertx> prepared,
      LogStore logs,
      ViewCatalog catalog,
      List<ReadinessCheck> checks) {
    RequestMetrics metrics = opened(new RequestMetrics());
    List<Tailer> tailers = new ArrayList<>();
    for (int i = 0; i < config.tailers(); i++) {
      tailers.add(
          opened(
              new Tailer("tidemark-tailer-" + i, logs.clientConfig(), logs.clock(), logs.ends())));
    }
    Views views =
        opened(
            new Views(
                catalog,
                logs.clusterId(),
                config.dataDirectory().resolve("shards"),
                tailers,
                metrics,
                config.changes().kept()));
    Waits waits = opened(new Waits(logs.ends(), views::failed, config.maxWaits()));
    metrics.watch(waits);
    Promises promises = new Promises(logs.ends(), waits, views::ofChangelog);
    Sampler sampler = opened(new Sampler(logs.ends(), logs::ids, views, waits));
    ExecutorService workers = workers();
    parts.add(() -> stop(workers));
    Streams streams = new Streams(config.changes());
    metrics.watch(streams);

    List<ReadinessCheck> all = new ArrayList<>(OwnChecks.of(logs, catalog, views));
    all.addAll(checks);
    Routes routes =
        new Routes(
            new LogsApi(logs, config.defaultPartitions()),
            new ViewsApi(views, catalog),
            new RowsApi(views, new Reader(promises, logs.clusterId(), workers), logs.clusterId()),
            new ChangesApi(views, promises, waits, streams, logs.clusterId(), workers),
            new NodeApi(logs.clusterId(), this::uri, views, all, metrics.registry(), workers),
            workers);
    views.start();
    sampler.start();
    Vertx vertx = prepared.join();
    parts.add(
        () -> vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS));
    uri.set(listen(config, vertx, routes.all(), metrics));
    // The first to be closed: as long as there are connections, readers can be told.
    parts.add(streams);
    LOG.info("Serving {}", uri.get());
  }

  private URI listen(NodeConfig config, Vertx vertx, List<Route> routes, RequestMetrics metrics) {
    HttpApi http = new HttpApi(vertx, routes, metrics);
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(config.host())
            .setMaxHeaderSize(MAX_LINE_BYTES)
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setIdleTimeout(0)
            // There are no web sockets here, and a handler that looks out for them sees each
            // request.
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false);
    // Servers of one deployment that listen on one port share it: each takes connections on its
    // own event loop. A negative port means any free one, but the same for all of them.
    options.setPort(config.port() == 0 ? -1 : config.port());
    AtomicInteger port = new AtomicInteger();
    try {
      vertx
          .deployVerticle(
              () -> new Listener(options, http, port),
              new DeploymentOptions().setInstances(config.eventLoops()))
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "cannot listen on %s:%d: %s; choose another port or stop what uses it"
              .formatted(config.host(), config.port(), message(e)),
          e.getCause());
    }
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return URI.create("http://" + host + ":" + port.get());
  }

  /** Linux's own polling costs less for each request; where it is not at hand, NIO does. */
  static Vertx vertx(int eventLoops) {
    return Vertx.vertx(
        new VertxOptions().setEventLoopPoolSize(eventLoops).setPreferNativeTransport(true));
  }

  /** One server on one event loop. */
  private static final class Listener extends VerticleBase {
    private final HttpServerOptions options;
    private final HttpApi http;
    private final AtomicInteger port;

    Listener(HttpServerOptions options, HttpApi http, AtomicInteger port) {
      this.options = options;
      this.http = http;
      this.port = port;
    }

    @Override
    public Future<?> start() {
      return vertx
          .createHttpServer(options)
          .requestHandler(http::handle)
          .listen()
          .onSuccess(server -> port.set(server.actualPort()));
    }
  }

  private static String message(CompletionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private static ExecutorService workers() {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        WORKERS,
        task -> {
          Thread thread = new Thread(task, "tidemark-worker-" + number.getAndIncrement());
          thread.setDaemon(true);
          return thread;
        });
  }

  private static void stop(ExecutorService workers) throws InterruptedException {
    workers.shutdown();
    if (!workers.awaitTermination(5, TimeUnit.SECONDS)) {
      workers.shutdownNow();
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.add(part);
    return part;
  }

  /** Stops taking requests, then closes the replicas; what they have made visible stays. */
  @Override
  public void close() {
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        LOG.warn("A part of the node did not close", e);
      }
    }
    parts.clear();
  }
}
