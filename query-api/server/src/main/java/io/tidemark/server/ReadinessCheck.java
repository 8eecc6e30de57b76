package io.tidemark.server;

import org.jspecify.annotations.Nullable;

/** A part of the system that must answer before the node calls itself ready. */
public interface ReadinessCheck {
  /** What the part is called in {@code /v1/ready}. */
  String part();

  /**
   * Why the part does not answer, {@code null} when it does. May block for some seconds; an
   * exception counts as a reason. Called by several threads.
   */
  @Nullable String reason() throws Exception;
}
