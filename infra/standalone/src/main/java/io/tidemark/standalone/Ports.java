package io.tidemark.standalone;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Finds out whether ports can be had before anything is started that would need them. */
final class Ports {
  private Ports() {}

  /**
   * Fails when one of the configured ports is taken or two of them are the same.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_REQUEST} that names the port and the option
   *     that changes it
   */
  static void requireFree(StandaloneConfig config) {
    InetAddress address = resolve(config.host());
    requireDistinct("--http-port", config.httpPort(), "--kafka-port", config.kafkaPort());
    requireDistinct("--http-port", config.httpPort(), "--registry-port", config.registryPort());
    requireDistinct("--kafka-port", config.kafkaPort(), "--registry-port", config.registryPort());
    requireFree(address, config.httpPort(), "--http-port");
    requireFree(address, config.kafkaPort(), "--kafka-port");
    requireFree(address, config.registryPort(), "--registry-port");
  }

  private static void requireDistinct(String one, int onePort, String other, int otherPort) {
    if (onePort != 0 && onePort == otherPort) {
      throw new TidemarkException(
          ErrorCode.INVALID_REQUEST,
          "%s and %s are both %d: give them different ports".formatted(one, other, onePort));
    }
  }

  private static void requireFree(InetAddress address, int port, String option) {
    if (port == 0) {
      return;
    }
    try (ServerSocket socket = new ServerSocket()) {
      // As servers do: a port that only lingers after its last owner's connections is free.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
    } catch (IOException e) {
      throw new TidemarkException(
          ErrorCode.INVALID_REQUEST,
          "cannot listen on %s:%d (%s): choose another port with %s, 0 for any free one"
              .formatted(address.getHostAddress(), port, e.getMessage(), option),
          e);
    }
  }

  private static InetAddress resolve(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new TidemarkException(
          ErrorCode.INVALID_REQUEST,
          "no address is known for the host %s: change --host".formatted(host),
          e);
    }
  }
}
