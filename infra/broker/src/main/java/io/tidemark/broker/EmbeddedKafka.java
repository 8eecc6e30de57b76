package io.tidemark.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker that is its own controller (KRaft), in this process, on one data directory.
 * Thread-safe.
 *
 * <p>A broker that hits a fatal fault, such as a full disk, wants to end the process; here it only
 * becomes {@linkplain #fault() faulty}, so that what else runs in the process can go on. Kafka
 * keeps that hook in a static variable: while several brokers run in one process, a fault is noted
 * by the one that was started last.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final int NODE_ID = 1;

  /**
   * How to run the broker.
   *
   * @param directory where everything is kept; formatted when it is empty or missing
   * @param host the address to bind to and to advertise
   * @param port the port for clients, 0 for any free one
   * @param overrides broker settings that replace the defaults of this class
   */
  public record Config(Path directory, String host, int port, Map<String, String> overrides) {}

  private final KafkaRaftServer server;
  private final String bootstrapServers;
  private final String clusterId;
  private final AtomicReference<@Nullable String> fault;

  private EmbeddedKafka(
      KafkaRaftServer server,
      String bootstrapServers,
      String clusterId,
      AtomicReference<@Nullable String> fault) {
    this.server = server;
    this.bootstrapServers = bootstrapServers;
    this.clusterId = clusterId;
    this.fault = fault;
  }

  /** Starts a broker on 127.0.0.1 and any free port; takes one to three seconds. */
  public static EmbeddedKafka start(Path directory) {
    return start(new Config(directory, "127.0.0.1", 0, Map.of()));
  }

  /**
   * Starts a broker and returns when it takes requests.
   *
   * @throws UncheckedIOException when the directory cannot be used or the port is taken
   * @throws IllegalStateException when the broker does not start; the cause says why
   */
  public static EmbeddedKafka start(Config config) {
    AtomicReference<@Nullable String> fault = new AtomicReference<>();
    keepProcessAlive(fault);
    try {
      int port = freePort(config.host(), config.port());
      int controllerPort = freePort(config.host(), 0);
      String clusterId = format(config.directory());
      Properties properties = properties(config, port, controllerPort);
      KafkaRaftServer server =
          new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
      try {
        server.startup();
      } catch (RuntimeException | Error e) {
        server.shutdown();
        throw e;
      }
      return new EmbeddedKafka(server, config.host() + ":" + port, clusterId, fault);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException | Error e) {
      throw new IllegalStateException(
          "the Kafka broker on " + config.directory() + " did not start: " + e.getMessage(), e);
    }
  }

  /** Where clients connect. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** The cluster's id, made when the directory was formatted. */
  public String clusterId() {
    return clusterId;
  }

  /** Why the broker gave up, {@code null} while it has not. */
  public @Nullable String fault() {
    return fault.get();
  }

  /** Stops the broker; returns when everything is on disk. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void keepProcessAlive(AtomicReference<@Nullable String> fault) {
    Exit.Procedure note =
        (status, message) -> {
          String text = message == null ? "status " + status : message;
          fault.compareAndSet(null, text);
          LOG.error("The broker gave up: {}", text);
          throw new IllegalStateException("the broker gave up: " + text);
        };
    Exit.setExitProcedure(note);
    Exit.setHaltProcedure(note);
  }

  private static String format(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path meta = directory.resolve("meta.properties");
    if (Files.exists(meta)) {
      Properties properties = new Properties();
      try (var reader = Files.newBufferedReader(meta)) {
        properties.load(reader);
      }
      String clusterId = properties.getProperty("cluster.id");
      if (clusterId == null) {
        throw new IOException(
            meta + " names no cluster.id; restore it or start on an empty directory");
      }
      return clusterId;
    }
    String clusterId = Uuid.randomUuid().toString();
    Formatter formatter =
        new Formatter()
            .setPrintStream(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
            .setNodeId(NODE_ID)
            .setClusterId(clusterId)
            .setControllerListenerName("CONTROLLER")
            .setMetadataLogDirectory(directory.toString())
            .setHasDynamicQuorum(false)
            .addDirectory(directory.toString());
    try {
      formatter.run();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("cannot format " + directory + ": " + e.getMessage(), e);
    }
    return clusterId;
  }

  private static Properties properties(Config config, int port, int controllerPort) {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put("controller.quorum.voters", NODE_ID + "@" + config.host() + ":" + controllerPort);
    settings.put(
        "listeners",
        "PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d"
            .formatted(config.host(), port, controllerPort));
    settings.put("advertised.listeners", "PLAINTEXT://" + config.host() + ":" + port);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
    settings.put("log.dirs", config.directory().toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("unclean.leader.election.enable", "false");
    // Nothing is deleted without being asked.
    settings.put("log.retention.ms", "-1");
    // There is only one broker to keep copies.
    settings.put("default.replication.factor", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    // A broker that was killed is taken back only when the session of its predecessor is over. Its
    // controller is in the same process, so there is no network between them that could be slow.
    settings.put("broker.session.timeout.ms", "3000");
    settings.put("broker.heartbeat.interval.ms", "500");
    // The defaults suit a machine of its own: 128 MiB for the cleaner, 10 MiB of index a segment.
    settings.put("log.cleaner.dedupe.buffer.size", "8388608");
    settings.put("log.cleaner.io.buffer.size", "262144");
    settings.put("log.index.size.max.bytes", "1048576");
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("num.recovery.threads.per.data.dir", "2");
    settings.putAll(config.overrides());
    Properties properties = new Properties();
    properties.putAll(settings);
    return properties;
  }

  private static int freePort(String host, int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IOException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
    }
  }
}
