package io.tidemark.bench.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports for programs that cannot choose one themselves. */
final class FreePorts {
  private FreePorts() {}

  /** A port of 127.0.0.1 that nobody has at this moment. */
  static int one() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return free.getLocalPort();
    }
  }
}
