package io.tidemark.log;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Appends events; acknowledged means replicated (acks=all) and never lost. Thread-safe.
 *
 * <p>Calls return at once while Kafka answers, but may block for up to ten seconds when it does
 * not, and for one round trip at the first event of a partition: never call from an event loop.
 *
 * <p>A future fails with {@link io.tidemark.schemas.TidemarkException}: UNKNOWN_LOG,
 * SCHEMA_MISMATCH or INCOMPATIBLE_SCHEMA when the value's schema cannot be registered for the log,
 * INVALID_REQUEST for an event that is too large, LOG_UNAVAILABLE when Kafka did not acknowledge
 * (the event may or may not be in the log, and the future never completes normally later).
 */
public interface LogAppender {
  /** Appends one event; the token covers it. */
  default CompletableFuture<Token> append(LogEvent event) {
    return append(List.of(event));
  }

  /**
   * Appends many events, to one or several logs, with one token for all; not atomic: when it fails,
   * any of them may be in the logs. When the error's advice is never, none was sent.
   */
  CompletableFuture<Token> append(List<LogEvent> events);

  /** Appends all of the events or none, in one Kafka transaction; one token for all. */
  CompletableFuture<Token> appendAtomically(List<LogEvent> events);
}
