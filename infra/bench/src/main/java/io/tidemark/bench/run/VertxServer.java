package io.tidemark.bench.run;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server that is set up as a node's is: the same Vert.x and transport, as many event loops,
 * one listener on each of them, the same limits. What differs between a peer behind it and Tidemark
 * is what their handlers do.
 */
public final class VertxServer implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int LEAST_EVENT_LOOPS = 2;
  private static final int MAX_LINE_BYTES = 64 << 10;

  private final Vertx vertx;
  private final AtomicInteger port = new AtomicInteger();

  private VertxServer(Handler<HttpServerRequest> handler) {
    int eventLoops = Math.max(LEAST_EVENT_LOOPS, Runtime.getRuntime().availableProcessors());
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(HOST)
            // Any free one, but the same for all listeners.
            .setPort(-1)
            .setMaxHeaderSize(MAX_LINE_BYTES)
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setIdleTimeout(0)
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false);
    vertx =
        Vertx.vertx(
            new VertxOptions().setEventLoopPoolSize(eventLoops).setPreferNativeTransport(true));
    vertx
        .deployVerticle(
            () -> new Listener(options, handler, port),
            new DeploymentOptions().setInstances(eventLoops))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  /** Serves on any free port of 127.0.0.1; the handler is called on event loops. */
  public static VertxServer start(Handler<HttpServerRequest> handler) {
    return new VertxServer(handler);
  }

  /** Where it listens. */
  public URI uri() {
    return URI.create("http://" + HOST + ":" + port.get());
  }

  /** One listener on one event loop. */
  private static final class Listener extends VerticleBase {
    private final HttpServerOptions options;
    private final Handler<HttpServerRequest> handler;
    private final AtomicInteger port;

    Listener(HttpServerOptions options, Handler<HttpServerRequest> handler, AtomicInteger port) {
      this.options = options;
      this.handler = handler;
      this.port = port;
    }

    @Override
    public Future<?> start() {
      return vertx
          .createHttpServer(options)
          .requestHandler(handler)
          .listen()
          .onSuccess(server -> port.set(server.actualPort()));
    }
  }

  /** Stops serving. */
  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
