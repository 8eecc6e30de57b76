package io.tidemark.broker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;

/**
 * Several brokers and their controller on this machine, each in a process of its own that can be
 * made to stand still. For tests and measurements: they listen on 127.0.0.1 only, and end with this
 * process, however that ends. Not thread-safe.
 */
public final class BrokerCluster implements AutoCloseable {
  /** The number of the controller; the brokers are numbered from 1. */
  public static final int CONTROLLER = 0;

  private static final String HOST = "127.0.0.1";
  private static final Duration START = Duration.ofMinutes(5);
  private static final int POLL_MS = 50;
  private static final int CONNECT_MS = 1_000;

  private final List<Integer> ports;
  private final Map<Integer, Process> processes = new TreeMap<>();
  private final Map<Integer, Process> pauses = new TreeMap<>();
  private final Thread atExit = new Thread(this::end);

  private BrokerCluster(List<Integer> ports) {
    this.ports = ports;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Starts a cluster and returns when all brokers take requests, after some seconds.
   *
   * @param directory for its files, empty or missing
   * @throws IOException when it does not start; the message says where to look
   */
  public static BrokerCluster start(Path directory, int brokers)
      throws IOException, InterruptedException {
    BrokerCluster cluster = new BrokerCluster(FreePorts.find(HOST, new int[brokers + 1]));
    try {
      String clusterId = Uuid.randomUuid().toString();
      for (int node = 0; node <= brokers; node++) {
        cluster.startNode(directory, node, clusterId);
      }
      cluster.awaitBrokers(directory);
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** Where clients connect: all brokers. */
  public String bootstrapServers() {
    return IntStream.rangeClosed(1, brokers())
        .mapToObj(this::address)
        .collect(Collectors.joining(","));
  }

  /** Where clients connect to that broker. */
  public String address(int broker) {
    return HOST + ":" + ports.get(broker);
  }

  /** How many brokers there are. */
  public int brokers() {
    return ports.size() - 1;
  }

  /** SIGSTOP: every thread of the node stands still, its sockets stay open. */
  public void pause(int node) throws IOException {
    // Should this process be killed, its end of the pipe closes; the node goes on, and finds that
    // it has been left alone.
    Process pause =
        new ProcessBuilder(
                "sh",
                "-c",
                "kill -STOP $1 && echo done; read never; kill -CONT $1",
                "sh",
                Long.toString(process(node).pid()))
            .start();
    pauses.put(node, pause);
    if (pause.getInputStream().read() < 0) {
      throw new IOException("node " + node + " could not be paused");
    }
  }

  /** SIGCONT, after {@link #pause}. */
  public void resume(int node) throws IOException, InterruptedException {
    Process pause = pauses.remove(node);
    if (pause == null) {
      throw new IllegalStateException("node " + node + " is not paused");
    }
    pause.getOutputStream().close();
    pause.waitFor();
  }

  /** Kills everything. */
  @Override
  public void close() {
    end();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private void end() {
    processes.values().forEach(Process::destroyForcibly);
    pauses.values().forEach(Process::destroyForcibly);
    try {
      for (Process process : processes.values()) {
        process.waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Process process(int node) {
    Process process = processes.get(node);
    if (process == null) {
      throw new IllegalArgumentException("there is no node " + node);
    }
    return process;
  }

  private void startNode(Path directory, int node, String clusterId) throws IOException {
    Path own = directory.resolve(node == CONTROLLER ? "controller" : "broker" + node);
    Files.createDirectories(own);
    Path file = own.resolve("settings.properties");
    try (var writer = Files.newBufferedWriter(file)) {
      settings(node, own.resolve("data")).store(writer, null);
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                ClusterNode.class.getName(),
                file.toString(),
                clusterId)
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("out").toFile())
            .start();
    processes.put(node, process);
  }

  private Properties settings(int node, Path data) {
    Properties settings = KafkaSettings.common(brokers());
    String address = address(node);
    settings.put("node.id", Integer.toString(node));
    settings.put("controller.quorum.voters", CONTROLLER + "@" + address(CONTROLLER));
    settings.put("log.dirs", data.toString());
    if (node == CONTROLLER) {
      settings.put("process.roles", "controller");
      settings.put("listeners", "CONTROLLER://" + address);
    } else {
      settings.put("process.roles", "broker");
      settings.put("listeners", "PLAINTEXT://" + address);
      settings.put("advertised.listeners", "PLAINTEXT://" + address);
    }
    return settings;
  }

  private void awaitBrokers(Path directory) throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + START.toNanos();
    for (int broker = 1; broker <= brokers(); broker++) {
      while (!accepts(ports.get(broker))) {
        pauseBefore(deadlineNs, directory);
      }
    }
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()))) {
      while (known(admin) < brokers()) {
        pauseBefore(deadlineNs, directory);
      }
    }
  }

  private void pauseBefore(long deadlineNs, Path directory)
      throws IOException, InterruptedException {
    for (Map.Entry<Integer, Process> each : processes.entrySet()) {
      if (!each.getValue().isAlive()) {
        throw new IOException(
            "node %d has ended by itself; see its output under %s"
                .formatted(each.getKey(), directory));
      }
    }
    if (System.nanoTime() - deadlineNs > 0) {
      throw new IOException(
          "the brokers do not answer after %d s; see their output under %s"
              .formatted(START.toSeconds(), directory));
    }
    Thread.sleep(POLL_MS);
  }

  /** A broker listens once it takes requests; Kafka's clients would complain aloud until then. */
  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(HOST, port), CONNECT_MS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int known(Admin admin) throws InterruptedException {
    try {
      return admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size();
    } catch (ExecutionException | TimeoutException e) {
      return 0;
    }
  }
}
