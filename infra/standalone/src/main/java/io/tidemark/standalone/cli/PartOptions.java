package io.tidemark.standalone.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands have in common that run one part of a system in a process of its own. */
final class PartOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Directory of this process.")
  Path data;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  PartOptions() {}

  /**
   * Starts the part, says where it is, and stays until the process is told to stop; the part is
   * stopped in every case, also by a signal.
   *
   * @return the status that the process is to end with
   */
  <T extends AutoCloseable> int run(Callable<T> start, Function<T, String> describe)
      throws Exception {
    // The logging configuration reads it when the first logger is made.
    System.setProperty("tidemark.logs", data.resolve("logs").toString());
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
    PrintWriter out = command.commandLine().getOut();
    out.println("tidemark: up: " + describe.apply(part));
    out.flush();
    stopped.await();
    return 0;
  }
}
