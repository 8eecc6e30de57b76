package io.tidemark.server;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Everything that the HTTP interface offers. */
final class Routes {
  private final List<Route> all;
  private final Executor workers;

  Routes(
      LogsApi logs,
      ViewsApi views,
      RowsApi rows,
      ChangesApi changes,
      NodeApi node,
      Executor workers) {
    this.workers = workers;
    this.all =
        List.of(
            get("/v1/views/{view}/rows/{key...}", rows::row),
            post("/v1/views/{view}/rows:batchGet", rows::batch),
            get("/v1/views/{view}/rows", rows::scan),
            get("/v1/views/{view}/changes", changes::changes),
            post("/v1/snapshot", rows::snapshot),
            get("/v1/views", quick(views::list)),
            get("/v1/views/{view}", quick(views::get)),
            put("/v1/views/{view}", views::put),
            new Route("DELETE", "/v1/views/{view}", views::delete),
            get("/v1/logs", blocking(logs::list)),
            get("/v1/logs/{log}", blocking(logs::get)),
            put("/v1/logs/{log}", blocking(logs::put)),
            post("/v1/logs/{log}/events", blockingStage(logs::append)),
            get("/v1/cluster", quick(node::cluster)),
            get("/v1/health", quick(node::health)),
            get("/v1/ready", node::ready),
            get("/metrics", blocking(node::metrics)),
            get("/openapi.json", quick(node::openApi)));
  }

  List<Route> all() {
    return all;
  }

  private static Route get(String template, Route.Handler handler) {
    return new Route("GET", template, handler);
  }

  private static Route put(String template, Route.Handler handler) {
    return new Route("PUT", template, handler);
  }

  private static Route post(String template, Route.Handler handler) {
    return new Route("POST", template, handler);
  }

  private static Route.Handler quick(Function<Call, Reply> handler) {
    return call -> CompletableFuture.completedFuture(handler.apply(call));
  }

  private Route.Handler blocking(Function<Call, Reply> handler) {
    return call -> CompletableFuture.supplyAsync(() -> handler.apply(call), workers);
  }

  private Route.Handler blockingStage(Function<Call, CompletionStage<Reply>> handler) {
    return call ->
        CompletableFuture.supplyAsync(() -> handler.apply(call), workers)
            .thenCompose(stage -> stage);
  }
}
