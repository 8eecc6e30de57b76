package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Kafka's errors in Tidemark's terms. */
final class KafkaErrors {
  private KafkaErrors() {}

  /** Waits for Kafka's answer; {@code doing} says in the message what was tried. */
  static <T> T await(KafkaFuture<T> future, String doing) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TidemarkException(ErrorCode.LOG_UNAVAILABLE, "interrupted while " + doing, e);
    } catch (ExecutionException e) {
      throw translate(e, doing);
    }
  }

  static TidemarkException translate(Throwable thrown, String doing) {
    Throwable cause = unwrap(thrown);
    if (cause instanceof TidemarkException known) {
      return known;
    }
    ErrorCode code;
    if (cause instanceof UnknownTopicOrPartitionException) {
      code = ErrorCode.UNKNOWN_LOG;
    } else if (cause instanceof InvalidTopicException) {
      code = ErrorCode.INVALID_NAME;
    } else if (cause instanceof RecordTooLargeException
        || cause instanceof InvalidReplicationFactorException && !isFenced(cause)) {
      code = ErrorCode.INVALID_REQUEST;
    } else {
      code = ErrorCode.LOG_UNAVAILABLE;
    }
    return new TidemarkException(code, doing + " failed: " + cause.getMessage(), cause);
  }

  /** Kafka has one error for too few brokers and for brokers that it has not heard of lately. */
  private static boolean isFenced(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("currently fenced");
  }

  /** What whoever asks after the end gets. */
  static TidemarkException closed(@Nullable Throwable cause) {
    return new TidemarkException(ErrorCode.LOG_UNAVAILABLE, "the log store is closed", cause);
  }

  static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
