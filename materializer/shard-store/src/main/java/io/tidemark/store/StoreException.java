package io.tidemark.store;

import org.jspecify.annotations.Nullable;

/**
 * What a shard store cannot do, why, and what to do about it. The {@link Kind} is for programs, the
 * message for people.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The reason, in a form that a caller can act on. */
  public enum Kind {
    /**
     * Bytes on disk are not what was written. The message names shard, segment and offset; nothing
     * of it was served.
     */
    CORRUPT,
    /** Another live store, in this process or another, has the directory open. */
    LOCKED,
    /** The directory belongs to another shard, or to something that is no shard store. */
    WRONG_IDENTITY,
    /** The directory was written by a newer version of this engine. */
    WRONG_FORMAT,
    /** An import would overwrite a store that has data. */
    NOT_EMPTY,
    /** The store or the snapshot has been closed. */
    CLOSED,
    /**
     * The disk, or the address range of the index, is (nearly) full. Reads go on; free space, then
     * abort and retry.
     */
    NO_SPACE,
    /** A key or value is over the limit. Nothing was written. */
    TOO_LARGE,
    /**
     * The savepoint that was asked for has been pruned: only the empty state or a newer savepoint
     * can be reached.
     */
    SAVEPOINT_GONE,
    /**
     * An earlier call failed in the middle of this step: {@link ShardStore#abort} it, or reopen the
     * store.
     */
    STEP_FAILED,
    /** The version that was asked for is older than what the store keeps. */
    VERSION_GONE,
    /** The snapshot was kept open for too long. Take a new one. */
    EXPIRED,
    /** More snapshots are open at once than the configuration allows. */
    TOO_MANY_SNAPSHOTS,
    /** The operating system refused something; the cause says what. */
    IO
  }

  /** The reason. */
  private final Kind kind;

  StoreException(Kind kind, String message) {
    this(kind, message, null);
  }

  StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The reason. */
  public Kind kind() {
    return kind;
  }
}
