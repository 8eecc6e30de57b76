package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Map;

/**
 * The logs of one Kafka cluster. Thread-safe; one instance serves a whole process.
 *
 * <p>Every method that talks to Kafka throws {@link TidemarkException} with {@link
 * ErrorCode#LOG_UNAVAILABLE} when Kafka does not answer in time.
 */
public final class LogStore implements AutoCloseable {
  /** Whether {@link #create} made the log or found it as wanted. */
  public enum Creation {
    CREATED,
    UNCHANGED
  }

  /** Connects; fails when the cluster does not answer within ten seconds. */
  public static LogStore connect(String bootstrapServers, SchemaRegistry registry) {
    throw new UnsupportedOperationException();
  }

  /** The id of the Kafka cluster, which every token carries. */
  public String clusterId() {
    throw new UnsupportedOperationException();
  }

  /** What a plain Kafka client needs to connect to the same cluster. */
  public Map<String, Object> clientConfig() {
    throw new UnsupportedOperationException();
  }

  /** The registry that holds the schemas of the logs. */
  public SchemaRegistry registry() {
    throw new UnsupportedOperationException();
  }

  /**
   * Creates the log and registers its schema, or finds it there with the same definition.
   *
   * @throws TidemarkException {@link ErrorCode#LOG_EXISTS} when partitions or replication differ,
   *     {@link ErrorCode#INCOMPATIBLE_SCHEMA}, {@link ErrorCode#INVALID_NAME}
   */
  public Creation create(LogSpec spec) {
    throw new UnsupportedOperationException();
  }

  /**
   * Looks the log up in the cluster and the registry.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_LOG}
   */
  public LogInfo describe(String log) {
    throw new UnsupportedOperationException();
  }

  /** All user logs, in order of name; Tidemark's own topics are not among them. */
  public List<LogInfo> list() {
    throw new UnsupportedOperationException();
  }

  /** Appends to these logs. */
  public LogAppender appender() {
    throw new UnsupportedOperationException();
  }

  /** Looks up where these logs end. */
  public LogEnds ends() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
