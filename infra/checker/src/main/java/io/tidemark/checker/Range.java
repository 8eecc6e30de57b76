package io.tidemark.checker;

/** Which events a row must reflect, and which it may. */
interface Range {
  /** The shortest prefix of the lane that the row may show. */
  int lower(Lane lane);

  /** The longest prefix of the lane that the row may show; not below the lower. */
  int upper(Lane lane);

  /** Whether the row must reflect this event, which has no known place. */
  boolean requires(Known unplaced);

  /** Whether the row may reflect this event, which has no known place. */
  boolean allows(Known unplaced);
}
