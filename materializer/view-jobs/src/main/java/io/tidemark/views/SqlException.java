package io.tidemark.views;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import org.jspecify.annotations.Nullable;

/** A statement that cannot become a view, and where in its text the fault lies. */
final class SqlException extends TidemarkException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  SqlException(String message, int line, int column, @Nullable Throwable cause) {
    super(ErrorCode.INVALID_SQL, message, cause);
    this.line = line;
    this.column = column;
  }

  SqlException(String message) {
    this(message, 0, 0, null);
  }

  /** 1 for the first line, 0 when unknown. */
  int line() {
    return line;
  }

  /** 1 for the first column, 0 when unknown. */
  int column() {
    return column;
  }
}
