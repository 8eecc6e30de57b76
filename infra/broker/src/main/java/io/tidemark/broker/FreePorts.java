package io.tidemark.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports that nobody listens on. */
final class FreePorts {
  private FreePorts() {}

  /**
   * Finds them, no two the same.
   *
   * @param wanted a port each, 0 for any that is free
   * @throws IOException when one of them is taken
   */
  static List<Integer> find(String host, int... wanted) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      List<Integer> found = new ArrayList<>();
      for (int port : wanted) {
        ServerSocket socket = new ServerSocket();
        held.add(socket);
        socket.setReuseAddress(true);
        try {
          socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
          throw new IOException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
        found.add(socket.getLocalPort());
      }
      return found;
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }
}
