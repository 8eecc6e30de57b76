package io.tidemark.views;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.clock.ClockWatch;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.streaming.runtime.tasks.StreamTask;

/**
 * Fails a task when the time of day of its process has been set back, also while it is inside a
 * call of Kafka's clients: its own and the source's would wait for that time to come again. The job
 * then begins anew, with new clients, from its checkpoint.
 */
final class ClockGuard {
  private ClockGuard() {}

  /** Guards the task until the watch is closed. */
  static ClockWatch of(StreamTask<?, ?> task) {
    Environment environment = task.getEnvironment();
    ClockWatch watch = ClockWatch.start();
    watch.onSetBack(
        () ->
            environment.failExternally(
                new TidemarkException(
                    ErrorCode.LOG_UNAVAILABLE,
                    "the time of day was set back, so the clients of Kafka have to be made anew")));
    return watch;
  }
}
