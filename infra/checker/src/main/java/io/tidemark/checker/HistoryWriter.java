package io.tidemark.checker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.tidemark.log.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a history as JSON lines: each line one object, whose {@code type} says what it is. A
 * position is an object of logs, each an object of partitions and offsets.
 */
public final class HistoryWriter {
  private final JsonGenerator json;

  private HistoryWriter(JsonGenerator json) {
    this.json = json;
  }

  /**
   * Writes the history to the file, which is replaced.
   *
   * @throws IllegalArgumentException when a model is not one of this package
   */
  public static void write(History history, Path file) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))) {
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      new HistoryWriter(json).write(history);
      json.writeRaw('\n');
    }
  }

  private void write(History history) throws IOException {
    for (ViewModel model : history.models()) {
      write(model);
    }
    for (LinearInvariant invariant : history.invariants()) {
      write(invariant);
    }
    for (Append append : history.appends()) {
      write(append);
    }
    for (Read read : history.reads()) {
      write(read);
    }
    for (Logged logged : history.logged()) {
      begin("logged");
      json.writeStringField("log", logged.log());
      json.writeNumberField("partition", logged.partition());
      json.writeNumberField("offset", logged.offset());
      json.writeStringField("event", logged.eventId());
      json.writeEndObject();
    }
    for (String log : history.scannedLogs()) {
      begin("scanned");
      json.writeStringField("log", log);
      json.writeEndObject();
    }
  }

  private void write(ViewModel model) throws IOException {
    begin("view");
    json.writeStringField("view", model.view());
    if (model instanceof AggregateModel aggregate) {
      json.writeStringField("log", aggregate.log());
      json.writeStringField("by", aggregate.by().name());
      json.writeArrayFieldStart("columns");
      for (AggregateModel.Column column : aggregate.columns()) {
        json.writeString(column.name());
      }
      json.writeEndArray();
      json.writeStringField("step", aggregate.step().name());
      json.writeStringField("totalKey", aggregate.totalKey());
      json.writeBooleanField("overView", aggregate.overView());
    } else if (model instanceof TopNModel top) {
      json.writeStringField("log", top.log());
      json.writeNumberField("top", top.n());
    } else {
      throw new IllegalArgumentException(
          "the model of view " + model.view() + " has no form in a file: " + model.getClass());
    }
    json.writeEndObject();
  }

  private void write(LinearInvariant invariant) throws IOException {
    begin("invariant");
    json.writeStringField("view", invariant.view());
    json.writeObjectFieldStart("weights");
    for (Map.Entry<String, Long> weight : invariant.weights().entrySet()) {
      json.writeNumberField(weight.getKey(), weight.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("column", invariant.column());
    json.writeNumberField("sum", invariant.sum());
    json.writeEndObject();
  }

  private void write(Append append) throws IOException {
    begin("append");
    write(append.call());
    json.writeArrayFieldStart("events");
    for (Event event : append.events()) {
      json.writeStartObject();
      json.writeStringField("id", event.id());
      json.writeStringField("log", event.log());
      json.writeStringField("key", event.key());
      json.writeNumberField("number", event.number());
      if (event.group() != null) {
        json.writeStringField("group", event.group());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    position("token", append.token());
    json.writeEndObject();
  }

  private void write(Read read) throws IOException {
    begin("read");
    write(read.call());
    json.writeStringField("asked", read.request().level().text());
    json.writeStringField("level", read.reply().level().text());
    if (read.request().level() == Level.BOUNDED) {
      json.writeNumberField("boundMs", read.request().boundMs());
    }
    if (read.reply().stalenessMs() >= 0) {
      json.writeNumberField("stalenessMs", read.reply().stalenessMs());
    }
    if (read.reply().ordered()) {
      json.writeBooleanField("ordered", true);
    }
    if (read.reply().exact()) {
      json.writeBooleanField("exact", true);
    }
    if (read.finalState()) {
      json.writeBooleanField("final", true);
    }
    json.writeStringField("replica", read.reply().replica());
    position("tokenIn", read.tokenIn());
    position("tokenOut", read.tokenOut());
    position("cut", read.reply().cut());
    if (!read.completeViews().isEmpty()) {
      json.writeArrayFieldStart("complete");
      for (String view : read.completeViews()) {
        json.writeString(view);
      }
      json.writeEndArray();
    }
    json.writeArrayFieldStart("rows");
    for (Row row : read.rows()) {
      json.writeStartObject();
      json.writeStringField("view", row.view());
      json.writeStringField("key", row.key());
      if (row.exists()) {
        json.writeFieldName("values");
        json.writeArray(row.values(), 0, row.values().length);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void begin(String type) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", type);
  }

  private void write(Operation.Call call) throws IOException {
    json.writeStringField("session", call.session());
    json.writeNumberField("startNs", call.startNs());
    json.writeNumberField("endNs", call.endNs());
    json.writeNumberField("startMs", call.startMs());
    json.writeStringField("outcome", call.outcome().name());
  }

  private void position(String field, @Nullable Position position) throws IOException {
    if (position == null || (position.isEmpty() && !field.equals("cut"))) {
      return;
    }
    Map<String, Map<String, Long>> offsets = new LinkedHashMap<>();
    position.forEach(
        (log, partition, offset) ->
            offsets
                .computeIfAbsent(log, l -> new LinkedHashMap<>())
                .put(String.valueOf(partition), offset));
    json.writeObjectFieldStart(field);
    for (Map.Entry<String, Map<String, Long>> log : offsets.entrySet()) {
      json.writeObjectFieldStart(log.getKey());
      for (Map.Entry<String, Long> partition : log.getValue().entrySet()) {
        json.writeNumberField(partition.getKey(), partition.getValue());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }
}
