package io.tidemark.schemas;

/**
 * Every kind of error that Tidemark reports, with the advice that usually goes with it.
 *
 * <p>The names are part of the HTTP contract: they stand in the {@code code} of an error's body.
 */
public enum ErrorCode {
  /** The request itself is malformed. */
  INVALID_REQUEST(Retry.NEVER),
  /** No log has that name. */
  UNKNOWN_LOG(Retry.NEVER),
  /** A log with that name and another definition exists. */
  LOG_EXISTS(Retry.NEVER),
  /** A name that Kafka, SQL or Tidemark does not allow. */
  INVALID_NAME(Retry.NEVER),
  /** An event or key does not fit the Avro schema of its log. */
  SCHEMA_MISMATCH(Retry.NEVER),
  /** Not an Avro schema. */
  INVALID_SCHEMA(Retry.NEVER),
  /** The registry refuses the schema as incompatible with an earlier version. */
  INCOMPATIBLE_SCHEMA(Retry.NEVER),
  /** The registry knows no such subject, version or schema id. */
  UNKNOWN_SCHEMA(Retry.NEVER),
  /** The schema registry does not answer. */
  REGISTRY_UNAVAILABLE(Retry.LATER),
  /** Kafka does not answer, or cannot take the append; nothing was acknowledged. */
  LOG_UNAVAILABLE(Retry.LATER),
  /** No view has that name. */
  UNKNOWN_VIEW(Retry.NEVER),
  /** A view with that name and another definition exists. */
  VIEW_EXISTS(Retry.NEVER),
  /** Other views read the view, so it cannot be dropped before them. */
  VIEW_IN_USE(Retry.NEVER),
  /** The SQL does not parse, does not plan, or yields no usable key. */
  INVALID_SQL(Retry.NEVER),
  /** The view's job has failed and its rows no longer advance. */
  VIEW_FAILED(Retry.LATER),
  /** The view has not yet been computed up to where its job began. */
  VIEW_BUILDING(Retry.LATER),
  /** A key has too many or too few columns, or a column of the wrong type. */
  INVALID_KEY(Retry.NEVER),
  /** No consistency level has that name. */
  UNKNOWN_LEVEL(Retry.NEVER),
  /** A snapshot of a view whose progress is no exact cut. */
  SNAPSHOT_NEEDS_EXACT(Retry.NEVER),
  /** The views or shards did not stand at one cut before the deadline. */
  NO_COMMON_CUT(Retry.LATER),
  /** The view has moved on from the cut that a snapshot's pages began with: begin again. */
  CUT_GONE(Retry.NEVER),
  /** A read as of an earlier state, of a view that keeps none. */
  NO_RETENTION(Retry.NEVER),
  /** The earlier state that was asked for is not kept, any more or at all. */
  AS_OF_GONE(Retry.NEVER),
  /** What has changed since the progress that a stream is to go on from is no longer known. */
  CHANGES_GONE(Retry.NEVER),
  /** The reader of a stream does not take what it is sent: it may go on where it stopped. */
  TOO_SLOW(Retry.NOW),
  /** The token is garbled. */
  INVALID_TOKEN(Retry.NEVER),
  /** The token was given out by another cluster. */
  FOREIGN_TOKEN(Retry.NEVER),
  /** The token names offsets that its log does not have, by a look made after it was handed in. */
  TOKEN_AHEAD(Retry.NEVER),
  /** A log was deleted and made anew under its name: the token, or the view, is of the old one. */
  LOG_RECREATED(Retry.NEVER),
  /**
   * A log ends below what a view reflects of it: it was made anew, has lost events, or a broker
   * answered that leads no longer.
   */
  LOG_SHRUNK(Retry.LATER),
  /**
   * The logs' ends were told, but not enough brokers said before the deadline that they know no
   * later leader than the one that told them.
   */
  EPOCH_NOT_CONFIRMED(Retry.LATER),
  /**
   * The rows had changed each time that they were read, so that nothing made sure of the order in
   * which they show what was appended.
   */
  ORDER_NOT_CONFIRMED(Retry.NOW),
  /** A limit outside of its range. */
  INVALID_LIMIT(Retry.NEVER),
  /** The cursor is garbled or belongs to another scan. */
  INVALID_CURSOR(Retry.NEVER),
  /** The wait that the level needs did not end before the deadline. */
  DEADLINE_EXCEEDED(Retry.NOW),
  /** The node does not answer; whether it has done what was asked is not known. */
  NODE_UNAVAILABLE(Retry.LATER),
  /** Too many requests wait already. */
  OVERLOADED(Retry.LATER),
  /** The data directory is used by a live process, or belongs to something else. */
  DATA_DIRECTORY(Retry.NEVER),
  /** A defect of Tidemark. */
  INTERNAL(Retry.LATER);

  private final Retry retry;

  ErrorCode(Retry retry) {
    this.retry = retry;
  }

  /**
   * Whether a read came before the view was where the read needs it, though it is on its way there:
   * who wants the rows, however long they take, asks again.
   */
  public boolean isTooEarly() {
    return this == VIEW_BUILDING || this == DEADLINE_EXCEEDED;
  }

  /** The advice that goes with this kind of error unless an exception says otherwise. */
  public Retry retry() {
    return retry;
  }
}
