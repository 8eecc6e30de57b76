package io.tidemark.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.log.LogStore;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.json.JsonToAvro;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * The newest schemas of the logs, kept for some seconds, because the registry is asked over HTTP.
 * An event that does not fit is checked against a fresh look before it is refused. Thread-safe.
 */
final class LogSchemas {
  private static final long KEEP_NS = TimeUnit.SECONDS.toNanos(5);

  private record Known(Schema schema, long readNs) {}

  private final LogStore logs;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  LogSchemas(LogStore logs) {
    this.logs = logs;
  }

  /**
   * The schema of the log's events.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_LOG}
   */
  Schema of(String log) {
    Known last = known.get(log);
    return last == null || System.nanoTime() - last.readNs > KEEP_NS ? look(log) : last.schema;
  }

  private Schema look(String log) {
    Schema schema = logs.describe(log).schema().schema();
    known.put(log, new Known(schema, System.nanoTime()));
    return schema;
  }

  /**
   * The event as a record of the log's schema.
   *
   * @throws TidemarkException {@link ErrorCode#SCHEMA_MISMATCH} that names the field
   */
  GenericRecord record(String log, JsonNode value, String where) {
    Schema schema = of(log);
    try {
      return new JsonToAvro(schema).convertRecord(value, where + ".value");
    } catch (TidemarkException e) {
      Schema fresh = look(log);
      if (fresh.equals(schema)) {
        throw e;
      }
      return new JsonToAvro(fresh).convertRecord(value, where + ".value");
    }
  }
}
