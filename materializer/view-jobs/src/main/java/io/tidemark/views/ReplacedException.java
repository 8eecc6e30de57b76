package io.tidemark.views;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/** A later job of the same view writes the changelog: this one must not try again. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class ReplacedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ReplacedException(String message) {
    super(message);
  }
}
