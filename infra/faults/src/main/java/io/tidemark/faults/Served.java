package io.tidemark.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;

/** A process with the port that it listens on once it is up. */
record Served(ChildProcess process, int port) {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int CONNECT_TIMEOUT_MS = 1_000;

  /** Starts it, and waits until it is up. */
  void start() throws IOException, InterruptedException {
    process.start();
    if (!Moments.await(PATIENCE, this::listens)) {
      throw new IOException(process.name() + " does not listen on port " + port);
    }
  }

  private boolean listens() throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(Installation.HOST, port), CONNECT_TIMEOUT_MS);
      return true;
    }
  }

  /** SIGKILL, and again from the start; returns when it is up, with what was done. */
  String killAndRestart() throws IOException, InterruptedException {
    long beginNs = System.nanoTime();
    process.kill();
    start();
    return "%s killed and started again, up after %d ms"
        .formatted(process.name(), (System.nanoTime() - beginNs) / 1_000_000);
  }

  /** SIGSTOP, and SIGCONT after a time from the one to the other; returns what was done. */
  String pause(Random random, int leastMs, int mostMs) throws IOException, InterruptedException {
    return process.pause(Moments.between(random, leastMs, mostMs));
  }
}
