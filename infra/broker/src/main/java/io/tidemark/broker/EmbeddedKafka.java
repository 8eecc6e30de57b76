package io.tidemark.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
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

  /**
   * Starts a broker on 127.0.0.1 and any free port; takes one to three seconds. It is for tests,
   * which stop it in good order: a process that stood still for a while is not taken for one that
   * was killed.
   */
  public static EmbeddedKafka start(Path directory) {
    return start(
        new Config(directory, "127.0.0.1", 0, Map.of("broker.session.timeout.ms", "30000")));
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
      List<Integer> ports = FreePorts.find(config.host(), config.port(), 0);
      int port = ports.get(0);
      int controllerPort = ports.get(1);
      String clusterId =
          KafkaDirectory.format(config.directory(), NODE_ID, Uuid.randomUuid().toString());
      Properties properties = properties(config, port, controllerPort);
      RequestHistograms.make();
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

  private static Properties properties(Config config, int port, int controllerPort) {
    Properties settings = KafkaSettings.common(1);
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put("controller.quorum.voters", NODE_ID + "@" + config.host() + ":" + controllerPort);
    settings.put(
        "listeners",
        "PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d"
            .formatted(config.host(), port, controllerPort));
    settings.put("advertised.listeners", "PLAINTEXT://" + config.host() + ":" + port);
    settings.put("log.dirs", config.directory().toString());
    // How long a broker that was killed is not taken back. In one process, what keeps the broker
    // from its heartbeats keeps the controller from missing them, so less than usual is enough.
    settings.put("broker.session.timeout.ms", "1500");
    settings.put("broker.heartbeat.interval.ms", "300");
    settings.putAll(config.overrides());
    return settings;
  }
}
