package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Reads of rows: one, many by key, in key order, and of several views at one cut. */
final class RowsApi {
  /** The most rows that one selection may have. */
  static final int MAX_ROWS = 1_000;

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_READS = 32;

  private final Views views;
  private final Reader reader;
  private final String clusterId;

  RowsApi(Views views, Reader reader, String clusterId) {
    this.views = views;
    this.reader = reader;
    this.clusterId = clusterId;
  }

  /** One row by its key. */
  CompletionStage<Reply> row(Call call) {
    call.allowReadQuery();
    ServedView view = views.served(call.variable("view"));
    KeyColumns.Key key = view.keyColumns().parse(call.rest());
    OneRow row = new OneRow(view, view.shardOf(key.bytes()), key);
    return reader.serve(row, call.readOptions(clusterId));
  }

  /** Many rows by their keys. */
  CompletionStage<Reply> batch(Call call) {
    call.allowReadQuery();
    call.requireContentType(Json.CONTENT_TYPE);
    ServedView view = views.served(call.variable("view"));
    ReadOptions options = call.readOptions(clusterId);
    JsonNode keys = Json.object(Json.parse(call.body(), 1), "the body", "keys").get("keys");
    return reader.serve(KeyedRows.parse(view, keys, "the body"), options);
  }

  /** Rows in key order, a page at a time. */
  CompletionStage<Reply> scan(Call call) {
    call.allowReadQuery("prefix", "limit", "cursor");
    ServedView view = views.served(call.variable("view"));
    byte[] prefix = Page.prefix(view, call.query().getOrDefault("prefix", ""));
    int limit = call.number("limit", 1, MAX_ROWS, DEFAULT_LIMIT, ErrorCode.INVALID_LIMIT);
    ReadOptions options = call.readOptions(clusterId);
    if (options.confirms(Confirmation.ORDER)) {
      throw Problem.invalid("confirm=order goes with rows by their keys, not with scans");
    }
    String text = call.query().get("cursor");
    if (text == null) {
      return reader.serve(new Page(view, prefix, prefix, limit), options);
    }
    Cursor cursor = Cursor.decode(view, prefix, call.query().get("asOf"), text);
    return reader.serve(
        new Page(view, prefix, cursor.from(), limit), cursor.carryOn(options, clusterId));
  }

  /** Rows of several views, all of them at one cut. */
  CompletionStage<Reply> snapshot(Call call) {
    call.allowQuery("consistency", "timeoutMs");
    call.requireContentType(Json.CONTENT_TYPE);
    ReadOptions options = call.readOptions(clusterId, Level.SNAPSHOT);
    JsonNode reads = Json.object(Json.parse(call.body(), 1), "the body", "reads").get("reads");
    if (reads == null || !reads.isArray() || reads.isEmpty() || reads.size() > MAX_READS) {
      throw Problem.invalid(
          "the body needs a member 'reads', an array of 1 to " + MAX_READS + " reads");
    }
    List<Selection> selections = new ArrayList<>();
    for (int i = 0; i < reads.size(); i++) {
      selections.add(selection(reads.get(i), "reads[" + i + "]"));
    }
    return reader.serveAll(selections, options);
  }

  private Selection selection(JsonNode node, String where) {
    ObjectNode read = Json.object(node, where, "view", "keys", "prefix", "limit");
    JsonNode name = read.get("view");
    if (name == null || !name.isTextual()) {
      throw Problem.invalid(where + " needs a member 'view', the name of a view");
    }
    ServedView view = views.served(name.textValue());
    if (read.has("keys")) {
      if (read.has("prefix") || read.has("limit")) {
        throw Problem.invalid(where + " has 'keys', so it can have no 'prefix' and no 'limit'");
      }
      return KeyedRows.parse(view, read.get("keys"), where);
    }
    JsonNode prefix = read.path("prefix");
    if (!prefix.isMissingNode() && !prefix.isTextual()) {
      throw Problem.invalid(where + ": 'prefix' is a string, got " + Json.kind(prefix));
    }
    byte[] bytes = Page.prefix(view, prefix.asText(""));
    return new Page(view, bytes, bytes, limit(read.path("limit"), where));
  }

  private static int limit(JsonNode limit, String where) {
    if (limit.isMissingNode()) {
      return DEFAULT_LIMIT;
    }
    if (!limit.canConvertToInt()
        || !limit.isIntegralNumber()
        || limit.intValue() < 1
        || limit.intValue() > MAX_ROWS) {
      throw new TidemarkException(
          ErrorCode.INVALID_LIMIT,
          "%s: 'limit' must be a whole number from 1 to %d, got %s"
              .formatted(where, MAX_ROWS, limit));
    }
    return limit.intValue();
  }
}
