package io.tidemark.views;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.jspecify.annotations.Nullable;

/** An event cannot be decoded, and the view is to stop there: trying again would not help. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class BadEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadEventException(String log, int partition, long offset, @Nullable Throwable cause) {
    super(
        "the event at log %s, partition %d, offset %d cannot be decoded: %s. To pass over such events, create the view with 'on-bad-event' = 'skip'"
            .formatted(log, partition, offset, cause == null ? "" : cause.getMessage()),
        cause);
  }
}
