package io.tidemark.views;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.clock.ClockWatch;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.streaming.runtime.tasks.StreamTask;
import org.jspecify.annotations.Nullable;

/**
 * Fails a task when the time of day of its process has been set back, also while it is inside a
 * call of Kafka's clients: its own and the source's would wait for that time to come again. The job
 * then begins anew, with new clients, from its checkpoint. All tasks of a process share one watch,
 * which ends with the last of them.
 */
final class ClockGuard implements AutoCloseable {
  private static @Nullable ClockWatch shared;
  private static int guarded;

  private final Runnable forget;
  private boolean closed;

  private ClockGuard(Runnable forget) {
    this.forget = forget;
  }

  /** Guards the task until it is closed. */
  static ClockGuard of(StreamTask<?, ?> task) {
    Environment environment = task.getEnvironment();
    return of(
        () ->
            environment.failExternally(
                new TidemarkException(
                    ErrorCode.LOG_UNAVAILABLE,
                    "the time of day was set back, so the clients of Kafka have to be made anew")));
  }

  static synchronized ClockGuard of(Runnable onSetBack) {
    ClockWatch watch = shared;
    if (watch == null) {
      watch = ClockWatch.start();
      shared = watch;
    }
    guarded++;
    return new ClockGuard(watch.onSetBack(onSetBack));
  }

  /** The watch of the guards that are open; {@code null} without any. */
  static synchronized @Nullable ClockWatch watch() {
    return shared;
  }

  @Override
  public void close() {
    synchronized (ClockGuard.class) {
      if (closed) {
        return;
      }
      closed = true;
      forget.run();
      guarded--;
      if (guarded == 0 && shared != null) {
        shared.close();
        shared = null;
      }
    }
  }
}
