package io.tidemark.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Ports that nobody listens on, for programs that have to be told theirs before they start.
 *
 * <p>They lie below those that systems give to outgoing connections (from 32768 on Linux, from
 * 49152 elsewhere): one of those could be anybody's again by the time that the program listens, and
 * while it restarts.
 */
public final class FreePorts {
  private static final int LEAST = 10_240;
  private static final int END = 32_768;
  private static final int ATTEMPTS = 1_000;

  private FreePorts() {}

  /**
   * Finds so many on 127.0.0.1, no two the same.
   *
   * @throws IOException when there are not so many
   */
  public static List<Integer> find(int count) throws IOException {
    return find("127.0.0.1", new int[count]);
  }

  /**
   * Finds them, no two the same.
   *
   * @param wanted a port each, 0 for any that is free
   * @throws IOException when one of them is taken
   */
  static List<Integer> find(String host, int... wanted) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    List<ServerSocket> held = new ArrayList<>();
    try {
      List<Integer> found = new ArrayList<>();
      for (int port : wanted) {
        ServerSocket socket = port == 0 ? anyOf(address) : listen(address, port);
        held.add(socket);
        found.add(socket.getLocalPort());
      }
      return found;
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  private static ServerSocket anyOf(InetAddress address) throws IOException {
    Random random = new Random();
    IOException last = new IOException("no port was tried");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return listen(address, LEAST + random.nextInt(END - LEAST));
      } catch (IOException e) {
        last = e;
      }
    }
    throw new IOException("found no free port: " + last.getMessage(), last);
  }

  private static ServerSocket listen(InetAddress address, int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      // As servers do: a port that only lingers after its last owner's connections is free.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw new IOException(
          "cannot listen on " + address.getHostAddress() + ":" + port + ": " + e.getMessage(), e);
    }
  }
}
