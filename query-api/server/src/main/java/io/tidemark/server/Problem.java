package io.tidemark.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An error that knows its HTTP status, and how any error becomes a problem document (RFC 9457). */
final class Problem extends TidemarkException {
  static final String CONTENT_TYPE = "application/problem+json";

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(Problem.class);

  private final int status;
  private final transient ObjectNode extras;

  Problem(ErrorCode code, int status, String message) {
    this(code, status, message, Json.MAPPER.createObjectNode());
  }

  /** With members of its own, such as the line and the column of a syntax error. */
  Problem(ErrorCode code, int status, String message, ObjectNode extras) {
    super(code, message);
    this.status = status;
    this.extras = extras;
  }

  /** A request that is malformed. */
  static TidemarkException invalid(String message) {
    return new TidemarkException(ErrorCode.INVALID_REQUEST, message);
  }

  /** The HTTP status of a kind of error. */
  static int status(ErrorCode code) {
    return switch (code) {
      case INVALID_REQUEST,
          INVALID_NAME,
          INVALID_KEY,
          UNKNOWN_LEVEL,
          SNAPSHOT_NEEDS_EXACT,
          NO_RETENTION,
          INVALID_TOKEN,
          FOREIGN_TOKEN,
          INVALID_LIMIT,
          INVALID_CURSOR ->
          400;
      case UNKNOWN_LOG, UNKNOWN_SCHEMA, UNKNOWN_VIEW -> 404;
      case LOG_EXISTS, INCOMPATIBLE_SCHEMA, VIEW_EXISTS, VIEW_IN_USE, TOKEN_AHEAD, LOG_RECREATED ->
          409;
      case CUT_GONE, AS_OF_GONE, CHANGES_GONE -> 410;
      case SCHEMA_MISMATCH, INVALID_SCHEMA, INVALID_SQL -> 422;
      case REGISTRY_UNAVAILABLE,
          LOG_UNAVAILABLE,
          NODE_UNAVAILABLE,
          VIEW_FAILED,
          VIEW_BUILDING,
          NO_COMMON_CUT,
          LOG_SHRUNK,
          EPOCH_NOT_CONFIRMED,
          ORDER_NOT_CONFIRMED,
          TOO_SLOW,
          OVERLOADED ->
          503;
      case DEADLINE_EXCEEDED -> 504;
      case DATA_DIRECTORY, INTERNAL -> 500;
    };
  }

  /** What has failed, without the wrapping of futures. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The reply that tells about an error; defects are logged, since their reply says little. */
  static Reply reply(Throwable failure) {
    Throwable cause = cause(failure);
    TidemarkException error =
        cause instanceof TidemarkException known
            ? known
            : new TidemarkException(
                ErrorCode.INTERNAL,
                "a defect of the server; its log says more: " + cause.getClass().getSimpleName(),
                cause);
    if (error.code() == ErrorCode.INTERNAL) {
      LOG.error("A request failed", cause);
    }
    int status = error instanceof Problem problem ? problem.status : status(error.code());
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("type", "urn:tidemark:error:" + error.code().name().toLowerCase(Locale.ROOT));
    body.put("title", title(error.code()));
    body.put("status", status);
    body.put("detail", error.getMessage());
    body.put("code", error.code().name());
    body.put("retry", error.retry().name().toLowerCase(Locale.ROOT));
    if (error instanceof Problem problem && problem.extras != null) {
      body.setAll(problem.extras);
    }
    return new Reply(status, CONTENT_TYPE, Json.bytes(body), null);
  }

  private static String title(ErrorCode code) {
    String words = code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
