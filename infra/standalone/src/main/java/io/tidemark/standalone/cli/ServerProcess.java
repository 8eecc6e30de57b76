package io.tidemark.standalone.cli;

import io.tidemark.standalone.DataDirectory;
import io.tidemark.standalone.Standalone;
import io.tidemark.standalone.StandaloneConfig;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/** Runs a server for as long as this process is to live. */
final class ServerProcess {
  /** What to do once the server runs. */
  interface Work {
    void on(Standalone server) throws Exception;
  }

  private ServerProcess() {}

  /**
   * Starts the server, does the work, and then stays until the process is told to stop, or leaves
   * at once. The server is stopped in every case, also by a signal.
   */
  static void run(StandaloneConfig config, boolean stay, PrintWriter out, Work work)
      throws Exception {
    long beganNs = System.nanoTime();
    DataDirectory data = DataDirectory.open(config.data());
    // Not before the directory is known to be ours.
    ServerLog.open(data.logs());
    TemporaryFiles.keepIn(data.temporary());
    out.printf("tidemark: starting on %s%n", data.root());
    out.flush();
    CountDownLatch stopped = new CountDownLatch(1);
    try (Standalone server = Standalone.start(config, data)) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    server.close();
                    stopped.countDown();
                  },
                  "tidemark-stop"));
      out.printf(
          "tidemark: up after %.1f s: HTTP %s, Kafka %s, schema registry %s%n",
          (System.nanoTime() - beganNs) / 1e9,
          server.http(),
          server.bootstrapServers(),
          server.registry());
      out.flush();
      work.on(server);
      if (stay) {
        stopped.await();
      }
    }
  }
}
