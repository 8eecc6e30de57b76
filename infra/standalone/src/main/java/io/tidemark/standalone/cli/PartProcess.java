package io.tidemark.standalone.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** Runs one part of a system for as long as this process is to live. */
final class PartProcess {
  private PartProcess() {}

  /**
   * Starts the part, says where it is, and stays until the process is told to stop; the part is
   * stopped in every case, also by a signal.
   *
   * @param logs directory for the process's log files
   */
  static <T extends AutoCloseable> int run(
      Path logs, PrintWriter out, Callable<T> start, Function<T, String> describe)
      throws Exception {
    // The logging configuration reads it when the first logger is made.
    System.setProperty("tidemark.logs", logs.toString());
    CountDownLatch stopped = new CountDownLatch(1);
    T part = start.call();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    part.close();
                  } catch (Exception e) {
                    System.err.println("tidemark: did not stop cleanly: " + e);
                  }
                  stopped.countDown();
                },
                "tidemark-stop"));
    out.println("tidemark: up: " + describe.apply(part));
    out.flush();
    stopped.await();
    return 0;
  }
}
