package io.tidemark.bench.run;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server of Tidemark in a process of its own, on free ports of 127.0.0.1: the standalone one, or
 * a node alone that belongs to it. Its data stays where it is.
 */
public final class ServerProcess implements AutoCloseable {
  /** Where, in its directory, a node alone has its data. */
  public static final String NODE_DATA = "node";

  private static final Pattern STANDALONE =
      Pattern.compile("HTTP (http://[^,\\s]+), Kafka ([^,\\s]+), schema registry (http\\S+)");
  private static final Pattern NODE = Pattern.compile("tidemark: up: HTTP (http://\\S+)");
  private static final Duration START = Duration.ofSeconds(120);

  /** The heap of a node that runs alone; the standalone server has its own. */
  public static final String NODE_HEAP = "-Xmx512m";

  private final ChildProcess process;
  private final URI http;
  private final String kafka;
  private final URI registry;

  private ServerProcess(ChildProcess process, URI http, String kafka, URI registry) {
    this.process = process;
    this.http = http;
    this.kafka = kafka;
    this.registry = registry;
  }

  /**
   * Starts the standalone server; returns when it is up.
   *
   * @param home the working copy in which it was built
   * @param directory for its data and what it prints
   * @param jvmOptions beside those that it always has
   */
  public static ServerProcess start(Path home, Path directory, List<String> jvmOptions)
      throws IOException, InterruptedException {
    ChildProcess process =
        ChildProcess.start(
            command(
                home,
                jvmOptions,
                List.of(
                    "up",
                    "--data",
                    directory.resolve("data").toString(),
                    "--http-port",
                    "0",
                    "--kafka-port",
                    "0",
                    "--registry-port",
                    "0")),
            directory.resolve("server.out"));
    Matcher up = awaitUp(process, STANDALONE);
    return new ServerProcess(
        process, URI.create(up.group(1)), up.group(2), URI.create(up.group(3)));
  }

  /** Starts a node that keeps all views of this server, too; else as {@link #start}. */
  public ServerProcess startNode(Path home, Path directory, List<String> jvmOptions)
      throws IOException, InterruptedException {
    List<String> options =
        new ArrayList<>(List.of("@" + target(home).resolve("node.args"), NODE_HEAP));
    options.addAll(jvmOptions);
    ChildProcess node =
        ChildProcess.start(
            command(
                home,
                options,
                List.of(
                    "node",
                    "--data",
                    directory.resolve(NODE_DATA).toString(),
                    "--kafka",
                    kafka,
                    "--registry",
                    registry.toString(),
                    "--http-port",
                    "0")),
            directory.resolve("node.out"));
    return new ServerProcess(node, URI.create(awaitUp(node, NODE).group(1)), kafka, registry);
  }

  private static List<String> command(Path home, List<String> options, List<String> arguments)
      throws IOException {
    Path target = target(home);
    Path jar = target.resolve("tidemark-standalone.jar");
    if (!Files.exists(jar)) {
      throw new IOException(
          "there is no built server in %s; run ./tidemark --version in %s".formatted(target, home));
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(keptClasses(target));
    command.add("@" + target.resolve("jvm.args"));
    command.add("@" + target.resolve("server.args"));
    command.addAll(options);
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(arguments);
    return command;
  }

  /** As the launcher starts it, which has made them for the JDK that runs this, too. */
  private static List<String> keptClasses(Path target) {
    Path classes = target.resolve("classes.jsa");
    return Files.exists(classes) ? ChildProcess.usingClasses(classes) : List.of();
  }

  private static Path target(Path home) {
    return home.resolve("infra/standalone/target").toAbsolutePath().normalize();
  }

  private static Matcher awaitUp(ChildProcess process, Pattern up)
      throws IOException, InterruptedException {
    try {
      return process.await(up, START);
    } catch (IOException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  /** The options of the standalone server's JVM, beside those that its libraries need. */
  public static String standaloneOptions(Path home) throws IOException {
    return String.join(" ", Files.readAllLines(target(home).resolve("server.args")));
  }

  /** Where HTTP is served. */
  public URI http() {
    return http;
  }

  /** Where clients of the broker connect. */
  public String kafka() {
    return kafka;
  }

  /** Where the schema registry is. */
  public URI registry() {
    return registry;
  }

  /** For its number, and to kill it. */
  public ChildProcess process() {
    return process;
  }

  /** Stops it; returns when it is gone. */
  @Override
  public void close() {
    process.close();
  }
}
