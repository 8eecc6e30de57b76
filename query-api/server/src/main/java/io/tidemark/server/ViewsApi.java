package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.log.Position;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewRequest;
import io.tidemark.schemas.catalog.ViewRequestKind;
import io.tidemark.schemas.catalog.ViewStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Views: what there is, how it is doing, create and drop. */
final class ViewsApi {
  private static final String SQL = "application/sql";
  // Planning takes seconds the first time; submitting a job some more.
  private static final long ANSWER_TIMEOUT_MS = 120_000;

  private final Views views;
  private final ViewCatalog catalog;

  ViewsApi(Views views, ViewCatalog catalog) {
    this.views = views;
    this.catalog = catalog;
  }

  Reply list(Call call) {
    call.allowQuery();
    ObjectNode body = Json.MAPPER.createObjectNode();
    ArrayNode all = body.putArray("views");
    views.all().forEach(view -> all.add(describe(view)));
    return Reply.json(200, body);
  }

  Reply get(Call call) {
    call.allowQuery();
    return Reply.json(200, describe(views.served(call.variable("view"))));
  }

  /** Asks for the view; the deployer decides. */
  CompletionStage<Reply> put(Call call) {
    call.allowQuery();
    if (!call.contentType().equals(SQL)) {
      throw new Problem(
          ErrorCode.INVALID_REQUEST,
          415,
          "the body is the SQL of the view, with Content-Type "
              + SQL
              + ", it says "
              + (call.contentType().isEmpty() ? "nothing" : call.contentType()));
    }
    String name = call.variable("view");
    String sql = new String(call.body(), StandardCharsets.UTF_8);
    if (sql.isBlank()) {
      throw Problem.invalid("the body is the SQL of the view, it is empty");
    }
    return ask(ViewRequestKind.CREATE, name, sql);
  }

  CompletionStage<Reply> delete(Call call) {
    call.allowQuery();
    String name = call.variable("view");
    return ask(ViewRequestKind.DROP, name, "");
  }

  private CompletionStage<Reply> ask(ViewRequestKind kind, String view, String sql) {
    return catalog
        .request(new ViewRequest(UUID.randomUUID().toString(), kind, view, sql))
        .orTimeout(ANSWER_TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .handle(
            (answer, failure) -> {
              if (failure == null) {
                return settle(view, answer);
              }
              if (failure instanceof TimeoutException) {
                throw new TidemarkException(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "no deployer has answered within %d s; the request stands, look at the views later"
                        .formatted(ANSWER_TIMEOUT_MS / 1_000));
              }
              throw failure instanceof RuntimeException error
                  ? error
                  : new IllegalStateException(failure);
            });
  }

  private Reply settle(String view, ViewAnswer answer) {
    String message = answer.getMessage();
    return switch (answer.getOutcome()) {
      case CREATED -> Reply.json(201, settled(view));
      case UNCHANGED -> Reply.json(200, settled(view));
      case DROPPED -> {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("view", view);
        body.put("dropped", true);
        yield Reply.json(200, body);
      }
      case UNKNOWN_VIEW ->
          throw new TidemarkException(
              ErrorCode.UNKNOWN_VIEW,
              message.isEmpty() ? "there is no view '" + view + "'" : message);
      case NAME_TAKEN -> throw new TidemarkException(ErrorCode.VIEW_EXISTS, message);
      case IN_USE -> throw new TidemarkException(ErrorCode.VIEW_IN_USE, message);
      case INVALID_SQL ->
          throw new Problem(
              ErrorCode.INVALID_SQL, Problem.status(ErrorCode.INVALID_SQL), message, place(answer));
      case FAILED -> throw new TidemarkException(ErrorCode.VIEW_FAILED, message);
    };
  }

  private static ObjectNode place(ViewAnswer answer) {
    ObjectNode place = Json.MAPPER.createObjectNode();
    return answer.getLine() > 0
        ? place.put("line", answer.getLine()).put("column", answer.getColumn())
        : place;
  }

  private ObjectNode settled(String view) {
    try {
      return describe(views.served(view));
    } catch (TidemarkException e) {
      // Dropped again in the meantime.
      ObjectNode body = Json.MAPPER.createObjectNode();
      body.put("view", view);
      return body;
    }
  }

  private ObjectNode describe(ServedView view) {
    ViewDefinition definition = view.definition();
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("view", view.name());
    body.put("version", view.version());
    body.put("sql", definition.getSql());
    ArrayNode keys = body.putArray("keyColumns");
    view.keyColumns().names().forEach(keys::add);
    ArrayNode columns = body.putArray("columns");
    for (Schema.Field field : view.rowSchema().getFields()) {
      ObjectNode column = columns.addObject();
      column.put("name", field.name());
      column.set("type", type(field.schema()));
    }
    ArrayNode sources = body.putArray("sources");
    view.sources().stream().sorted().forEach(sources::add);
    ArrayNode upstream = body.putArray("views");
    view.upstream().forEach(upstream::add);
    body.put("shards", view.shards().size());
    body.put("progress", progress(view));
    body.put("retentionMs", view.retention().toMillis());
    body.put("changelog", definition.getChangelog());
    describeJob(body, views.status(view));
    body.put(
        "state",
        view.shards().stream().anyMatch(shard -> shard.visible().building())
            ? "building"
            : "ready");
    body.set("frontier", Json.position(frontier(view)));
    ArrayNode replicas = body.putArray("replicas");
    view.shards().forEach(shard -> replicas.add(describe(shard)));
    return body;
  }

  private static String progress(ServedView view) {
    if (view.definition().getExact()) {
      return "exact";
    }
    return view.upstream().isEmpty() ? "tick" : "cut";
  }

  private static void describeJob(ObjectNode body, @Nullable ViewStatus status) {
    ObjectNode job = body.putObject("job");
    job.put("state", status == null ? "UNKNOWN" : status.getState().name());
    job.put("message", status == null ? "" : status.getMessage());
    job.put("generation", status == null ? 0 : status.getGeneration());
    body.put("skippedEvents", status == null ? 0 : status.getSkippedEvents());
  }

  static ObjectNode describe(Shard shard) {
    ReplicaState state = shard.visible();
    String trouble = shard.trouble();
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("shard", shard.number());
    body.put("state", state(shard, state, trouble));
    if (trouble != null) {
      body.put("message", trouble);
    }
    body.put("epoch", state.epoch());
    body.put("changelogOffset", state.nextOffset());
    body.put("lag", shard.lagRecords());
    body.set("frontier", Json.position(state.frontier()));
    return body;
  }

  private static String state(Shard shard, ReplicaState state, @Nullable String trouble) {
    if (trouble != null) {
      return "stopped";
    }
    if (!shard.isOpen()) {
      return "opening";
    }
    return state.building() ? "building" : "ready";
  }

  /** What every shard has reached. */
  private static Position frontier(ServedView view) {
    List<Position> each = view.shards().stream().map(shard -> shard.visible().frontier()).toList();
    Position.Builder lowest = Position.builder();
    each.get(0)
        .forEach(
            (log, partition, offset) ->
                lowest.advance(
                    log,
                    partition,
                    each.stream().mapToLong(p -> p.offset(log, partition)).min().orElse(offset)));
    return lowest.build();
  }

  private static JsonNode type(Schema schema) {
    return Json.parse(schema.toString().getBytes(StandardCharsets.UTF_8), 1);
  }
}
