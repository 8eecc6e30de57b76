package io.tidemark.faults;

import java.util.Arrays;
import java.util.Locale;

/** What is done to a running system. */
enum FaultKind {
  /** The whole standalone process is killed and started again. */
  KILL_SERVER,
  /** The whole standalone process stands still for a while. */
  PAUSE_SERVER,
  /** Flink's task manager is killed and started again. */
  KILL_TASKS,
  /** Flink's task manager stands still, and goes on before anyone takes it for dead. */
  PAUSE_TASKS,
  /** The task manager stands still until another has taken its place, then goes on writing. */
  ZOMBIE_WRITER,
  /** The deployer is killed and started again: all jobs are submitted anew. */
  RESTART_JOBS,
  /** A node is killed and started again. */
  KILL_NODE,
  /** A node stands still for a while. */
  PAUSE_NODE,
  /** The broker is killed and started again. */
  KILL_BROKER,
  /** Checkpoints cannot be written for a while. */
  FAIL_CHECKPOINTS,
  /** A node's time of day jumps by an hour, forward or backward. */
  STEP_CLOCK;

  /** The name on the command line and in summaries. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static FaultKind parse(String text) {
    return Arrays.stream(values())
        .filter(kind -> kind.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no fault is called '"
                        + text
                        + "'; the faults are "
                        + Arrays.stream(values()).map(FaultKind::text).toList()));
  }
}
