package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.log.LogEvent;
import io.tidemark.log.LogInfo;
import io.tidemark.log.LogSpec;
import io.tidemark.log.LogStore;
import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;

/** Logs: what there is, create, append. Every method may block. */
final class LogsApi {
  private static final String NDJSON = "application/x-ndjson";

  private final LogStore logs;
  private final LogSchemas schemas;
  private final int defaultPartitions;

  LogsApi(LogStore logs, int defaultPartitions) {
    this.logs = logs;
    this.schemas = new LogSchemas(logs);
    this.defaultPartitions = defaultPartitions;
  }

  Reply list(Call call) {
    call.allowQuery();
    ObjectNode body = Json.MAPPER.createObjectNode();
    ArrayNode all = body.putArray("logs");
    logs.list().forEach(log -> all.add(describe(log)));
    return Reply.json(200, body);
  }

  Reply get(Call call) {
    call.allowQuery();
    return Reply.json(200, describe(logs.describe(call.variable("log"))));
  }

  Reply put(Call call) {
    call.allowQuery();
    call.requireContentType(Json.CONTENT_TYPE);
    ObjectNode body =
        Json.object(Json.parse(call.body(), 1), "the body", "schema", "partitions", "replication");
    String name = call.variable("log");
    LogStore.Creation creation =
        logs.create(
            new LogSpec(
                name,
                schema(body.get("schema")),
                count(body, "partitions", defaultPartitions),
                count(body, "replication", logs.replication())));
    return Reply.json(
        creation == LogStore.Creation.CREATED ? 201 : 200, describe(logs.describe(name)));
  }

  private static Schema schema(JsonNode node) {
    if (node == null || node.isNull()) {
      throw Problem.invalid(
          "the body needs a member 'schema', the Avro schema of the events as an object or a string");
    }
    try {
      return new SchemaParser()
          .parse(node.isTextual() ? node.textValue() : node.toString())
          .mainSchema();
    } catch (RuntimeException e) {
      // Avro has no one exception for all that can be wrong with a schema.
      throw new TidemarkException(
          ErrorCode.INVALID_SCHEMA, "not an Avro schema: " + e.getMessage(), e);
    }
  }

  private static int count(ObjectNode body, String member, int defaultValue) {
    JsonNode node = body.get(member);
    if (node == null) {
      return defaultValue;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw Problem.invalid("'" + member + "' is a whole number, got " + node);
    }
    return node.intValue();
  }

  private static ObjectNode describe(LogInfo log) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("log", log.name());
    body.put("partitions", log.partitions());
    body.put("replication", log.replication());
    body.put("schemaId", log.schema().id());
    body.put("schemaVersion", log.schema().version());
    body.set(
        "schema", Json.parse(log.schema().schema().toString().getBytes(StandardCharsets.UTF_8), 1));
    return body;
  }

  /** Appends what the body holds: all of it is checked before any of it is sent. */
  CompletionStage<Reply> append(Call call) {
    call.allowQuery();
    call.requireContentType(Json.CONTENT_TYPE, NDJSON);
    String log = call.variable("log");
    List<LogEvent> events = new ArrayList<>();
    boolean atomic = false;
    if (call.contentType().equals(NDJSON)) {
      readLines(log, call.body(), events);
    } else {
      ObjectNode body = Json.object(Json.parse(call.body(), 1), "the body", "events", "atomic");
      JsonNode all = body.get("events");
      if (all == null || !all.isArray()) {
        throw Problem.invalid("the body needs a member 'events', an array of events");
      }
      JsonNode wish = body.get("atomic");
      if (wish != null && !wish.isBoolean()) {
        throw Problem.invalid("'atomic' is true or false, got " + wish);
      }
      atomic = wish != null && wish.booleanValue();
      for (int i = 0; i < all.size(); i++) {
        events.add(event(log, all.get(i), "events[" + i + "]"));
      }
    }
    // Also for no events at all: a log that does not exist is a mistake.
    schemas.of(log);
    if (events.isEmpty()) {
      return CompletableFuture.completedFuture(appended(0, Token.empty(logs.clusterId())));
    }
    int count = events.size();
    return (atomic ? logs.appender().appendAtomically(events) : logs.appender().append(events))
        .thenApply(token -> appended(count, token));
  }

  private void readLines(String log, byte[] body, List<LogEvent> events) {
    int line = 1;
    for (int from = 0; from < body.length; line++) {
      int to = from;
      while (to < body.length && body[to] != '\n') {
        to++;
      }
      byte[] text = Arrays.copyOfRange(body, from, to);
      if (!isBlank(text)) {
        events.add(event(log, Json.parse(text, line), "line " + line));
      }
      from = to + 1;
    }
  }

  private static boolean isBlank(byte[] text) {
    for (byte b : text) {
      if (b > ' ' || b < 0) {
        return false;
      }
    }
    return true;
  }

  private LogEvent event(String log, JsonNode node, String where) {
    ObjectNode event = Json.object(node, where, "key", "value", "log");
    JsonNode key = event.get("key");
    if (key == null || !key.isTextual()) {
      throw Problem.invalid(where + ": 'key' is a string, got " + (key == null ? "nothing" : key));
    }
    JsonNode value = event.get("value");
    if (value == null) {
      throw Problem.invalid(where + ": 'value' is missing");
    }
    JsonNode other = event.get("log");
    if (other != null && !other.isTextual()) {
      throw Problem.invalid(where + ": 'log' is the name of a log, got " + other);
    }
    String target = other == null ? log : other.textValue();
    return new LogEvent(target, key.textValue(), schemas.record(target, value, where));
  }

  private static Reply appended(int count, Token token) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    String text = token.encode();
    body.put("appended", count);
    body.put("token", text);
    return new Reply(200, Json.CONTENT_TYPE, Json.bytes(body), text);
  }
}
