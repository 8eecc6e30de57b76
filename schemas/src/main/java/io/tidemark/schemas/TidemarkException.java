package io.tidemark.schemas;

import org.jspecify.annotations.Nullable;

/**
 * An error with a code that programs can act on and a message that says what is wrong, where, and
 * what to do.
 */
public class TidemarkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /** An error of that kind; the message is for people. */
  public TidemarkException(ErrorCode code, String message) {
    this(code, message, null);
  }

  /** An error of that kind with its cause; the message is for people. */
  public TidemarkException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The kind of error. */
  public final ErrorCode code() {
    return code;
  }

  /** Whether and when the same call may succeed. */
  public final Retry retry() {
    return code.retry();
  }
}
