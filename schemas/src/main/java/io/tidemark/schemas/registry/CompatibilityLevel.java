package io.tidemark.schemas.registry;

/** Which earlier versions a new schema must agree with, and in which direction. */
enum CompatibilityLevel {
  NONE(false, false, false),
  BACKWARD(true, false, false),
  BACKWARD_TRANSITIVE(true, false, true),
  FORWARD(false, true, false),
  FORWARD_TRANSITIVE(false, true, true),
  FULL(true, true, false),
  FULL_TRANSITIVE(true, true, true);

  /** The new schema must read what the earlier one wrote. */
  final boolean backward;

  /** The earlier schema must read what the new one writes. */
  final boolean forward;

  /** With every earlier version, not only the latest. */
  final boolean transitive;

  CompatibilityLevel(boolean backward, boolean forward, boolean transitive) {
    this.backward = backward;
    this.forward = forward;
    this.transitive = transitive;
  }
}
