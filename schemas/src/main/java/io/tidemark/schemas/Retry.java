package io.tidemark.schemas;

/** What a caller should do about an error. */
public enum Retry {
  /** The same call may succeed at once. */
  NOW,
  /** The same call may succeed after a pause or after somebody has acted. */
  LATER,
  /** The same call will always fail: change it. */
  NEVER
}
