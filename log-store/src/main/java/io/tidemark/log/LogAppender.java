package io.tidemark.log;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Appends events; acknowledged means replicated (acks=all) and never lost. Thread-safe.
 *
 * <p>A future fails with {@link io.tidemark.schemas.TidemarkException}: UNKNOWN_LOG,
 * SCHEMA_MISMATCH when the value's schema cannot be registered for the log, LOG_UNAVAILABLE when
 * Kafka did not acknowledge (the event may or may not be in the log). None of the events of a
 * refused call were sent when the error's advice is never.
 */
public interface LogAppender {
  /** Appends one event; the token covers it. */
  CompletableFuture<Token> append(LogEvent event);

  /** Appends many events, to one or several logs, with one token for all; not atomic. */
  CompletableFuture<Token> append(List<LogEvent> events);

  /** Appends all of the events or none, in one Kafka transaction; one token for all. */
  CompletableFuture<Token> appendAtomically(List<LogEvent> events);
}
