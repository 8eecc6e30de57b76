package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Changes of a view as server-sent events. Rows are gathered, so that many go out at once. */
final class EventWriter {
  static final String CONTENT_TYPE = "text/event-stream";

  private static final int GATHERED_BYTES = 16 << 10;
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private final ServedView view;
  private final String clusterId;
  private final EventSink sink;
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream(1 << 10);

  EventWriter(ServedView view, String clusterId, EventSink sink) {
    this.view = view;
    this.clusterId = clusterId;
    this.sink = sink;
  }

  /** Members of a JSON object. */
  private interface Data {
    void write(JsonGenerator json) throws IOException;
  }

  /** What the reader has of the view is void: all rows follow, up to the next progress. */
  void reset() throws InterruptedException, EventSink.GoneException {
    add("reset", json -> json.writeNumberField("viewVersion", view.version()));
  }

  /** The key has this row now, or none. */
  void row(byte[] key, byte @Nullable [] row) throws InterruptedException, EventSink.GoneException {
    add(
        "row",
        json -> {
          json.writeFieldName("key");
          view.keyColumns().write(json, key);
          json.writeFieldName("row");
          view.rows().writeOrNull(json, row);
        });
    if (gathered.size() >= GATHERED_BYTES) {
      flush();
    }
  }

  /** Everything up to this state has been told. */
  void progress(HeldView state) throws InterruptedException, EventSink.GoneException {
    String token = state.token(clusterId).encode();
    text("id: " + token + "\n");
    add(
        "progress",
        json -> {
          json.writeStringField("token", token);
          json.writeBooleanField("exact", state.exact());
          json.writeNumberField("viewVersion", view.version());
          json.writeBooleanField("building", state.building());
        });
    flush();
  }

  /** A comment, so that the reader knows that the connection lives. */
  void heartbeat() throws InterruptedException, EventSink.GoneException {
    sink.send(HEARTBEAT);
  }

  /** The last event; what has been gathered since the last progress is dropped. */
  void end(Throwable error) {
    gathered.reset();
    text("event: error\ndata: ");
    gathered.writeBytes(Problem.reply(error).body());
    text("\n\n");
    sink.end(gathered.toByteArray());
  }

  private void add(String event, Data data) {
    text("event: " + event + "\ndata: ");
    try (JsonGenerator json = Json.MAPPER.createGenerator(gathered)) {
      json.writeStartObject();
      data.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    text("\n\n");
  }

  private void text(String text) {
    gathered.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private void flush() throws InterruptedException, EventSink.GoneException {
    byte[] bytes = gathered.toByteArray();
    gathered.reset();
    sink.send(bytes);
  }
}
