package io.tidemark.standalone;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts that have been started, to be stopped in the opposite order: a part is stopped before
 * what it needs. Not thread-safe.
 */
final class RunningParts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningParts.class);

  private record Part(String name, AutoCloseable closeable) {}

  private final Deque<Part> parts = new ArrayDeque<>();

  /** Remembers a part that has just been started, and returns it. */
  <T extends AutoCloseable> T add(String name, T part) {
    parts.push(new Part(name, part));
    return part;
  }

  /** Stops all parts; one that fails to stop does not keep the others running. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      long beganNs = System.nanoTime();
      try {
        part.closeable().close();
        LOG.info("{} stopped in {} ms", part.name(), (System.nanoTime() - beganNs) / 1_000_000);
      } catch (Exception e) {
        LOG.warn("{} did not stop cleanly: {}", part.name(), e.toString(), e);
      }
    }
  }
}
