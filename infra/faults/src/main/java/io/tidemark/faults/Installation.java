package io.tidemark.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Where the built server is, and how its processes are started. */
record Installation(Path target) {
  static final String HOST = "127.0.0.1";

  private static final int LEAST_PORT = 20_000;
  private static final int PORTS = 12_000;

  /**
   * The one built in that working copy.
   *
   * @throws IllegalStateException when it is not built
   */
  static Installation in(Path home) {
    Path target = home.resolve("infra/standalone/target").toAbsolutePath().normalize();
    if (!Files.exists(target.resolve("tidemark-standalone.jar"))) {
      throw new IllegalStateException(
          "there is no built server in " + target + "; run ./tidemark --version in " + home);
    }
    return new Installation(target);
  }

  /** The command line {@code tidemark}, as a process with that heap. */
  List<String> tidemark(List<String> options, List<String> arguments) {
    List<String> command = java(options);
    command.addAll(List.of("-jar", target.resolve("tidemark-standalone.jar").toString()));
    command.addAll(arguments);
    return command;
  }

  /** Another main class, with all that the server has on its class path. */
  List<String> main(String mainClass, List<String> options, List<String> arguments) {
    List<String> command = java(options);
    command.addAll(
        List.of(
            "-cp",
            target.resolve("tidemark-standalone.jar") + ":" + target.resolve("lib") + "/*",
            mainClass));
    command.addAll(arguments);
    return command;
  }

  private List<String> java(List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + target.resolve("jvm.args"));
    command.addAll(options);
    return command;
  }

  /** The JVM's options of the standalone server. */
  String serverOptions() {
    return "@" + target.resolve("server.args");
  }

  /**
   * Ports that are free at this moment. They lie below those that the system gives to outgoing
   * connections, since a process that starts again wants its own back.
   */
  static List<Integer> freePorts(int count) {
    List<Integer> free = new ArrayList<>();
    Random random = new Random();
    while (free.size() < count) {
      int port = LEAST_PORT + random.nextInt(PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
        if (!free.contains(socket.getLocalPort())) {
          free.add(socket.getLocalPort());
        }
      } catch (IOException e) {
        // Somebody else's.
      }
    }
    return free;
  }

  /** The library that shifts a process's clock; empty where it is not installed. */
  static Optional<Path> clockShifter() {
    try (Stream<Path> found =
        Files.find(
            Path.of("/usr/lib"),
            4,
            (path, attributes) ->
                path.endsWith("libfaketimeMT.so.1") && attributes.isRegularFile())) {
      return found.findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
