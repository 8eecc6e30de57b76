package io.tidemark.server;

import io.tidemark.schemas.ErrorCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes HTTP requests apart, finds their route, and writes the replies. One instance serves all
 * event loops; nothing here blocks.
 */
final class HttpApi {
  /** The largest body that a request may have. */
  static final int MAX_BODY_BYTES = 16 << 20;

  // Names that know their hash, which is what headers are found by.
  private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("Content-Type");
  private static final CharSequence TOKEN = HttpHeaders.createOptimized(Call.TOKEN_HEADER);
  private static final CharSequence LAST_EVENT_ID =
      HttpHeaders.createOptimized(Call.LAST_EVENT_ID_HEADER);

  private static final byte[] NOTHING = {};

  private final Vertx vertx;
  private final List<Route> routes;
  private final RequestMetrics metrics;
  private final Tokens tokens = new Tokens();

  HttpApi(Vertx vertx, List<Route> routes, RequestMetrics metrics) {
    this.vertx = vertx;
    this.routes = routes;
    this.metrics = metrics;
  }

  /** Serves one request; called on its event loop. */
  void handle(HttpServerRequest request) {
    long arrivedNs = System.nanoTime();
    Context context = vertx.getOrCreateContext();
    Exchange exchange = new Exchange(request, context, arrivedNs);
    try {
      Found found = find(request);
      exchange.route = found.route;
      if (request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.DELETE)) {
        // Whatever body there is does not matter, and Vert.x discards it.
        answer(exchange, found, NOTHING);
      } else {
        collectBody(exchange, found);
      }
    } catch (Exception e) {
      exchange.reply(Problem.reply(e));
    }
  }

  private record Found(Route route, Route.Match match) {}

  private Found find(HttpServerRequest request) {
    String path = request.path() == null ? "/" : request.path();
    String method = request.method().name();
    for (Route route : routes) {
      if (route.method().equals(method)) {
        Route.Match match = route.match(path);
        if (match != null) {
          return new Found(route, match);
        }
      }
    }
    TreeSet<String> methods = new TreeSet<>();
    for (Route route : routes) {
      if (route.match(path) != null) {
        methods.add(route.method());
      }
    }
    if (methods.isEmpty()) {
      throw new Problem(
          ErrorCode.INVALID_REQUEST,
          404,
          "there is nothing at " + path + "; /openapi.json says what there is");
    }
    throw new Problem(
        ErrorCode.INVALID_REQUEST,
        405,
        "%s is not possible at %s, but %s is".formatted(method, path, String.join(", ", methods)));
  }

  private void collectBody(Exchange exchange, Found found) {
    HttpServerRequest request = exchange.request;
    exchange.watch();
    Buffer body = Buffer.buffer();
    request.handler(
        chunk -> {
          if (body.length() + chunk.length() <= MAX_BODY_BYTES) {
            body.appendBuffer(chunk);
          } else if (!exchange.done) {
            exchange.reply(Problem.reply(tooLarge()));
          }
        });
    request.endHandler(
        end -> {
          if (!exchange.done) {
            answer(exchange, found, body.getBytes());
          }
        });
    String length = request.getHeader("Content-Length");
    // Longer numbers than that are too large without being parsed.
    if (length != null && (length.length() > 18 || Long.parseLong(length) > MAX_BODY_BYTES)) {
      exchange.reply(Problem.reply(tooLarge()));
    }
  }

  private static Problem tooLarge() {
    return new Problem(
        ErrorCode.INVALID_REQUEST,
        413,
        "a body may have at most " + MAX_BODY_BYTES + " bytes; send it in parts");
  }

  private void answer(Exchange exchange, Found found, byte[] body) {
    try {
      Call call = call(exchange, found, body);
      exchange.level = call.query().getOrDefault("consistency", "");
      CompletableFuture<Reply> reply = found.route.handler().handle(call).toCompletableFuture();
      if (reply.isDone() && !reply.isCompletedExceptionally()) {
        exchange.write(reply.join());
        return;
      }
      exchange.watch();
      reply.whenComplete(
          (done, failure) ->
              exchange.reply(
                  done != null && failure == null ? done : Problem.reply(cause(failure))));
    } catch (Exception e) {
      exchange.reply(Problem.reply(e));
    }
  }

  private static Throwable cause(@Nullable Throwable failure) {
    return failure == null ? new IllegalStateException("a handler gave no reply") : failure;
  }

  private Call call(Exchange exchange, Found found, byte[] body) {
    found.match.variables().replaceAll((name, encoded) -> Urls.decodeSegment(encoded));
    found.match.rest().replaceAll(Urls::decodeSegment);
    MultiMap headers = exchange.request.headers();
    String contentType = headers.get(CONTENT_TYPE);
    return new Call(
        found.match.variables(),
        found.match.rest(),
        Urls.decodeQuery(exchange.request.query()),
        headers.getAll(TOKEN),
        headers.get(LAST_EVENT_ID),
        contentType == null ? "" : mediaType(contentType),
        body,
        exchange.arrivedNs,
        tokens);
  }

  private static String mediaType(String contentType) {
    int parameters = contentType.indexOf(';');
    return (parameters < 0 ? contentType : contentType.substring(0, parameters))
        .trim()
        .toLowerCase(Locale.ROOT);
  }

  /** A request and its one reply. Its fields are touched on its event loop only. */
  private final class Exchange {
    private final HttpServerRequest request;
    private final Context context;
    private final long arrivedNs;
    private @Nullable Route route;
    private String level = "";
    private boolean done;
    private boolean abandoned;

    Exchange(HttpServerRequest request, Context context, long arrivedNs) {
      this.request = request;
      this.context = context;
      this.arrivedNs = arrivedNs;
    }

    /** From now on takes down when the client goes away; needless where the reply is there. */
    void watch() {
      request.exceptionHandler(gone -> abandoned = true);
    }

    /** Replies from any thread. */
    void reply(Reply reply) {
      if (Vertx.currentContext() == context) {
        write(reply);
      } else {
        context.runOnContext(run -> write(reply));
      }
    }

    private void write(Reply reply) {
      Reply.Stream stream = reply.stream();
      HttpServerResponse response = request.response();
      if (stream != null && (done || abandoned || response.closed())) {
        stream.close();
      }
      if (done) {
        return;
      }
      done = true;
      metrics.served(route, reply.status(), level, System.nanoTime() - arrivedNs);
      if (abandoned || response.closed()) {
        return;
      }
      response.setStatusCode(reply.status());
      response.putHeader(CONTENT_TYPE, reply.contentType());
      CharSequence token = reply.token();
      if (token != null) {
        response.putHeader(TOKEN, token);
      }
      if (stream != null) {
        response.putHeader("Cache-Control", "no-store");
        response.setChunked(true);
        stream.begin(context, response);
        return;
      }
      Future<Void> written = response.end(Buffer.buffer(reply.body()));
      if (reply.status() == 413) {
        // The rest of the body is not wanted, and it may never come.
        written.onComplete(end -> request.connection().close());
      }
    }
  }
}
