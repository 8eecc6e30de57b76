package io.tidemark.standalone.cli;

import io.tidemark.schemas.Retry;
import io.tidemark.schemas.TidemarkException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands have in common that run one part of a system in a process of its own. */
final class PartOptions {
  private static final long AGAIN_MS = 500;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Directory of this process.")
  Path data;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = Time.class,
      description =
          "How long to try again at the start while Kafka or the schema registry is away (default:"
              + " ${DEFAULT-VALUE}).")
  Duration wait;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  PartOptions() {}

  /**
   * Tries to start for as long as another try may do better, and the time is not over: processes
   * that need each other may be started in any order, and again at any time.
   */
  static <T> T startWithin(Duration wait, Callable<T> start, PrintWriter log) throws Exception {
    long deadlineNs = System.nanoTime() + wait.toNanos();
    while (true) {
      try {
        return start.call();
      } catch (TidemarkException e) {
        if (e.retry() == Retry.NEVER || System.nanoTime() - deadlineNs >= 0) {
          throw e;
        }
        log.println("tidemark: cannot start yet, trying again: " + e.getMessage());
        log.flush();
        Thread.sleep(AGAIN_MS);
      }
    }
  }

  /**
   * Starts the part, says where it is, and stays until the process is told to stop; the part is
   * stopped in every case, also by a signal.
   *
   * @return the status that the process is to end with
   */
  <T extends AutoCloseable> int run(Callable<T> start, Function<T, String> describe)
      throws Exception {
    ServerLog.open(data.resolve("logs"));
    CountDownLatch stopped = new CountDownLatch(1);
    T part = startWithin(wait, start, command.commandLine().getErr());
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
    PrintWriter out = command.commandLine().getOut();
    out.println("tidemark: up: " + describe.apply(part));
    out.flush();
    stopped.await();
    return 0;
  }
}
