package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.log.Position;
import io.tidemark.log.changelog.RowKey;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.store.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Reads of rows: one, many by key, and in key order. */
final class RowsApi {
  private static final int MAX_ROWS = 1_000;
  private static final int DEFAULT_LIMIT = 100;

  private final Views views;
  private final Promises promises;
  private final String clusterId;
  private final Executor workers;

  RowsApi(Views views, Promises promises, String clusterId, Executor workers) {
    this.views = views;
    this.promises = promises;
    this.clusterId = clusterId;
    this.workers = workers;
  }

  /** One row by its key. A row that does not exist is an answer, not an error. */
  CompletionStage<Reply> row(Call call) {
    call.allowReadQuery();
    ServedView view = views.served(call.variable("view"));
    KeyColumns.Key key = view.keyColumns().parse(call.rest());
    Shard shard = view.shardOf(key.bytes());
    ReadOptions options = call.readOptions(clusterId);
    // Microseconds: where nothing has to be waited for, the event loop does it itself.
    return serve(
        view, List.of(shard), options, Runnable::run, achieved -> row(view, shard, key, achieved));
  }

  private static Body row(ServedView view, Shard shard, KeyColumns.Key key, Achieved achieved) {
    Optional<byte[]> value =
        read(shard, achieved, snapshot -> Optional.ofNullable(snapshot.get(key.bytes())));
    return json -> {
      json.writeStringField("view", view.name());
      json.writeFieldName("key");
      writeKey(json, view, key);
      json.writeFieldName("row");
      writeRow(json, view, value.orElse(null));
    };
  }

  /** Many rows by their keys, in the order that they were asked for. */
  CompletionStage<Reply> batch(Call call) {
    call.allowReadQuery();
    call.requireContentType(Json.CONTENT_TYPE);
    ServedView view = views.served(call.variable("view"));
    ReadOptions options = call.readOptions(clusterId);
    JsonNode keys = Json.object(Json.parse(call.body(), 1), "the body", "keys").get("keys");
    if (keys == null || !keys.isArray()) {
      throw Problem.invalid("the body needs a member 'keys', an array of keys");
    }
    if (keys.size() > MAX_ROWS) {
      throw new TidemarkException(
          ErrorCode.INVALID_LIMIT,
          "at most " + MAX_ROWS + " keys in one request, got " + keys.size());
    }
    List<KeyColumns.Key> parsed = new ArrayList<>(keys.size());
    Map<Shard, List<byte[]>> byShard = new LinkedHashMap<>();
    for (JsonNode each : keys) {
      KeyColumns.Key key = view.keyColumns().parse(each);
      parsed.add(key);
      byShard.computeIfAbsent(view.shardOf(key.bytes()), s -> new ArrayList<>()).add(key.bytes());
    }
    return serve(
        view,
        byShard.keySet(),
        options,
        workers,
        achieved -> batch(view, parsed, byShard, achieved));
  }

  private static Body batch(
      ServedView view,
      List<KeyColumns.Key> keys,
      Map<Shard, List<byte[]>> byShard,
      Achieved achieved) {
    Map<Shard, Map<byte[], byte[]>> found = new LinkedHashMap<>();
    byShard.forEach(
        (shard, wanted) ->
            found.put(shard, read(shard, achieved, snapshot -> snapshot.getAll(wanted))));
    return json -> {
      json.writeStringField("view", view.name());
      json.writeArrayFieldStart("rows");
      for (KeyColumns.Key key : keys) {
        Map<byte[], byte[]> rows = found.get(view.shardOf(key.bytes()));
        json.writeStartObject();
        json.writeFieldName("key");
        writeKey(json, view, key);
        json.writeFieldName("row");
        writeRow(json, view, rows == null ? null : rows.get(key.bytes()));
        json.writeEndObject();
      }
      json.writeEndArray();
    };
  }

  /** Rows in key order, a page at a time, merged over all shards. */
  CompletionStage<Reply> scan(Call call) {
    call.allowReadQuery("prefix", "limit", "cursor");
    ServedView view = views.served(call.variable("view"));
    byte[] prefix = prefix(view, call.query().getOrDefault("prefix", ""));
    int limit = call.number("limit", 1, MAX_ROWS, DEFAULT_LIMIT, ErrorCode.INVALID_LIMIT);
    String cursor = call.query().get("cursor");
    byte[] from = cursor == null ? prefix : Cursor.decode(view, prefix, cursor);
    ReadOptions options = call.readOptions(clusterId);
    return serve(
        view,
        view.shards(),
        options,
        workers,
        achieved -> page(view, prefix, from, limit, achieved));
  }

  /**
   * The prefix is a path of key columns, each URL-encoded. The last one matches as the begin of a
   * text; a slash behind it says that it is whole.
   */
  private static byte[] prefix(ServedView view, String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    boolean closed = text.endsWith("/");
    List<String> pieces = Route.split("/" + (closed ? text.substring(0, text.length() - 1) : text));
    return view.keyColumns().prefix(pieces.stream().map(Urls::decodeSegment).toList(), closed);
  }

  private static final class Row {
    private final byte[] key;
    private final byte[] value;

    Row(byte[] key, byte[] value) {
      this.key = key;
      this.value = value;
    }
  }

  private static Body page(
      ServedView view, byte[] prefix, byte[] from, int limit, Achieved achieved) {
    byte[] to = prefix.length == 0 ? null : RowKey.afterPrefix(prefix);
    List<Row> rows = new ArrayList<>();
    for (Shard shard : view.shards()) {
      rows.addAll(read(shard, achieved, snapshot -> firstRows(snapshot, from, to, limit + 1)));
    }
    rows.sort((a, b) -> Arrays.compareUnsigned(a.key, b.key));
    List<Row> page = rows.subList(0, Math.min(limit, rows.size()));
    boolean more = rows.size() > limit;
    return json -> {
      json.writeStringField("view", view.name());
      json.writeArrayFieldStart("rows");
      for (Row row : page) {
        json.writeStartObject();
        view.rows().writeKeyAndRow(json, row.value);
        json.writeEndObject();
      }
      json.writeEndArray();
      if (more) {
        json.writeStringField("cursor", Cursor.encode(view, prefix, page.get(page.size() - 1).key));
      }
    };
  }

  private static Collection<Row> firstRows(
      Snapshot snapshot, byte[] from, byte @Nullable [] to, int count) {
    List<Row> rows = new ArrayList<>();
    snapshot.scan(
        from,
        to,
        (key, value) -> {
          rows.add(new Row(key, value));
          return rows.size() < count;
        });
    return rows;
  }

  private interface Rows<T> {
    T in(Snapshot snapshot);
  }

  private static <T> T read(Shard shard, Achieved achieved, Rows<T> rows) {
    // Before the snapshot, so that the snapshot reflects at least that.
    Position reflected = shard.reflected();
    return shard.read(
        (snapshot, state) -> {
          achieved.add(shard, reflected, state);
          return rows.in(snapshot);
        });
  }

  private static void writeRow(JsonGenerator json, ServedView view, byte @Nullable [] value)
      throws IOException {
    if (value == null) {
      json.writeNull();
    } else {
      view.rows().write(json, value);
    }
  }

  private static void writeKey(JsonGenerator json, ServedView view, KeyColumns.Key key)
      throws IOException {
    json.writeStartObject();
    List<String> names = view.keyColumns().names();
    for (int i = 0; i < names.size(); i++) {
      json.writeFieldName(names.get(i));
      json.writeTree(key.columns().get(i));
    }
    json.writeEndObject();
  }

  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private interface Reading {
    Body read(Achieved achieved);
  }

  /** Reads as soon as the shards are as far as the level demands. */
  private CompletableFuture<Reply> serve(
      ServedView view,
      Collection<Shard> shards,
      ReadOptions options,
      Executor executor,
      Reading reading) {
    return promises
        .await(view, shards, options)
        .thenComposeAsync(
            met -> {
              Achieved achieved = new Achieved(view, options, clusterId);
              Body body = reading.read(achieved);
              // The rows have grown older while they were read, or while a thread was awaited. If
              // too old they are read again, on a worker so that the stack does not grow.
              return achieved.isFreshEnough()
                  ? CompletableFuture.completedFuture(reply(achieved, body))
                  : serve(view, shards, options, workers, reading);
            },
            executor);
  }

  private static Reply reply(Achieved achieved, Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      body.write(json);
      achieved.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Reply(200, Json.CONTENT_TYPE, bytes.toByteArray(), achieved.token());
  }
}
