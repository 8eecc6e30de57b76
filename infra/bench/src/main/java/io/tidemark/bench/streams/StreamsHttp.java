package io.tidemark.bench.streams;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.bench.run.VertxServer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.jspecify.annotations.Nullable;

/**
 * Interactive queries over HTTP, set up as a node's HTTP is: one server on each of as many event
 * loops as there are processors, and lookups on the event loop itself.
 *
 * <ul>
 *   <li>{@code GET /get/<key>}: the row, or 404
 *   <li>{@code POST /batch} with a JSON array of keys: {@code {"rows":[…]}}, in that order, {@code
 *       null} for a key without a row
 *   <li>{@code GET /prefix/<prefix>?limit=100}: {@code {"rows":[…]}}, in key order
 *   <li>{@code GET /progress}: how far the work has got
 *   <li>{@code GET /stats}: what all rows add up to; reads them all
 *   <li>{@code POST /start}: begins the work
 * </ul>
 *
 * <p>503 while a partition of the store is not there.
 */
final class StreamsHttp implements AutoCloseable {
  private static final String LIMIT = "limit=";
  private static final int DEFAULT_LIMIT = 100;

  /** What is served. */
  interface Work {
    /** Begins; a second call does nothing. */
    void start();

    /** As Streams names it. */
    String state();

    /** How many events have got to the aggregate. */
    long processed();

    /** The stores. */
    LocalStores stores();
  }

  private final JsonFactory json = new JsonFactory();
  private final Work work;
  private final VertxServer server;

  private StreamsHttp(Work work) {
    this.work = work;
    this.server = VertxServer.start(this::handle);
  }

  /** Serves on any free port of 127.0.0.1. */
  static StreamsHttp serve(Work work) {
    return new StreamsHttp(work);
  }

  URI uri() {
    return server.uri();
  }

  private void handle(HttpServerRequest request) {
    if (request.method() == HttpMethod.POST && request.path().equals("/batch")) {
      request
          .body()
          .onSuccess(body -> answer(request, () -> batch(new JsonArray(body))))
          .onFailure(gone -> request.connection().close());
    } else {
      answer(request, () -> route(request));
    }
  }

  private interface Answer {
    @Nullable Buffer get() throws IOException;
  }

  private static void answer(HttpServerRequest request, Answer answer) {
    int status = 200;
    Buffer body;
    try {
      Buffer found = answer.get();
      status = found == null ? 404 : 200;
      body = found == null ? Buffer.buffer("{}") : found;
    } catch (InvalidStateStoreException e) {
      status = 503;
      body = Buffer.buffer("\"" + e.getClass().getSimpleName() + "\"");
    } catch (IOException | RuntimeException e) {
      status = 500;
      body = Buffer.buffer("\"" + e.getClass().getSimpleName() + "\"");
    }
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(body);
  }

  private @Nullable Buffer route(HttpServerRequest request) throws IOException {
    String path = request.path();
    if (path.startsWith("/get/")) {
      GenericRecord row = work.stores().get(decoded(path, "/get/"));
      return row == null ? null : write(out -> row(out, row));
    }
    if (path.startsWith("/prefix/")) {
      return rows(work.stores().prefix(decoded(path, "/prefix/"), limit(request.query())));
    }
    return switch (path) {
      case "/progress" -> progress();
      case "/stats" -> stats();
      case "/start" -> {
        work.start();
        yield progress();
      }
      default -> null;
    };
  }

  private static String decoded(String path, String prefix) {
    String encoded = path.substring(prefix.length());
    return encoded.indexOf('%') < 0 && encoded.indexOf('+') < 0
        ? encoded
        : URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static int limit(@Nullable String query) {
    return query == null || !query.startsWith(LIMIT)
        ? DEFAULT_LIMIT
        : Integer.parseInt(query.substring(LIMIT.length()));
  }

  private Buffer batch(JsonArray keys) throws IOException {
    LocalStores stores = work.stores();
    return write(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("rows");
          for (int i = 0; i < keys.size(); i++) {
            GenericRecord row = stores.get(keys.getString(i));
            if (row == null) {
              out.writeNull();
            } else {
              row(out, row);
            }
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private Buffer rows(List<GenericRecord> rows) throws IOException {
    return write(
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("rows");
          for (GenericRecord row : rows) {
            row(out, row);
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private Buffer progress() throws IOException {
    return write(
        out -> {
          out.writeStartObject();
          out.writeStringField("state", work.state());
          out.writeNumberField("processed", work.processed());
          out.writeEndObject();
        });
  }

  private Buffer stats() throws IOException {
    LocalStores.Totals totals = work.stores().totals();
    return write(
        out -> {
          out.writeStartObject();
          out.writeNumberField("rows", totals.rows());
          out.writeObjectFieldStart("sums");
          for (Map.Entry<String, Long> sum : totals.sums().entrySet()) {
            out.writeNumberField(sum.getKey(), sum.getValue());
          }
          out.writeEndObject();
          out.writeEndObject();
        });
  }

  private static void row(JsonGenerator out, GenericRecord row) throws IOException {
    out.writeStartObject();
    for (Schema.Field field : row.getSchema().getFields()) {
      Object value = row.get(field.pos());
      if (value instanceof Long number) {
        out.writeNumberField(field.name(), number);
      } else {
        out.writeStringField(field.name(), String.valueOf(value));
      }
    }
    out.writeEndObject();
  }

  private interface Body {
    void write(JsonGenerator out) throws IOException;
  }

  private Buffer write(Body body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = json.createGenerator(bytes)) {
      body.write(out);
    }
    return Buffer.buffer(bytes.toByteArray());
  }

  @Override
  public void close() {
    server.close();
  }
}
