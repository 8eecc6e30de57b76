package io.tidemark.views;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few threads that run the tasks of one key one after the other, and those of different keys
 * beside each other. Thread-safe.
 */
final class KeyedExecutor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeyedExecutor.class);
  private static final int STOP_TIMEOUT_S = 10;

  /** Something to do. */
  interface Task {
    void run() throws InterruptedException;
  }

  private final ExecutorService threads;

  /** Tasks that wait, by key; a key is here exactly while one of its tasks runs or waits. */
  private final Map<String, Queue<Task>> waiting = new HashMap<>();

  KeyedExecutor(String name, int threads) {
    this.threads = Executors.newFixedThreadPool(threads, daemons(name));
  }

  static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Runs the task behind all earlier ones of the key; nothing happens after a close. */
  void execute(String key, Task task) {
    synchronized (waiting) {
      Queue<Task> queue = waiting.get(key);
      if (queue != null) {
        queue.add(task);
        return;
      }
      waiting.put(key, new ArrayDeque<>());
    }
    submit(key, task);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(STOP_TIMEOUT_S, TimeUnit.SECONDS)) {
        LOG.warn("A task does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(String key, Task task) {
    try {
      threads.execute(() -> run(key, task));
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed before a task of {} could run", key);
    }
  }

  private void run(String key, Task task) {
    try {
      task.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // After an error, too: the key's next tasks would wait for ever.
      LOG.error("A task of {} failed", key, e);
    }
    Task next;
    synchronized (waiting) {
      Queue<Task> queue = waiting.get(key);
      next = queue == null ? null : queue.poll();
      if (next == null) {
        waiting.remove(key);
        return;
      }
    }
    submit(key, next);
  }
}
