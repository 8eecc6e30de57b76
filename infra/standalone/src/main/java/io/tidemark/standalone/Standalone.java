package io.tidemark.standalone;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.log.LogStore;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.registry.EmbeddedRegistry;
import io.tidemark.server.Node;
import io.tidemark.server.NodeConfig;
import io.tidemark.views.Deployer;
import io.tidemark.views.LocalFlinkCluster;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A whole Tidemark in this process, on one data directory. Thread-safe.
 *
 * <p>The broker comes first, since everything else keeps its state in it; Flink, which needs
 * nothing of ours to start, starts beside it. The node serves what it has before the jobs are
 * brought up. When the broker gives up, for example because the disk is full, the process stays:
 * appends are refused, and reads of what is there go on.
 */
public final class Standalone implements AutoCloseable {
  /** Tasks of one kind at a time: enough for as many views of the usual parallelism. */
  private static final int FLINK_SLOTS = 32;

  private static final short ONE_COPY = 1;

  /** There is no other on this broker, and a killed server comes back under it. */
  private static final String LOG_STORE = "standalone";

  private final RunningParts parts = new RunningParts();
  private final DataDirectory data;
  private final EmbeddedKafka kafka;
  private final EmbeddedRegistry registry;
  private final LogStore logs;
  private final Node node;
  private boolean closed;

  /**
   * Starts everything and returns when HTTP takes requests; jobs and replicas catch up behind that.
   *
   * @throws io.tidemark.schemas.TidemarkException when the directory cannot be had or a port is
   *     taken; nothing runs then
   */
  public static Standalone start(StandaloneConfig config) {
    return new Standalone(config, DataDirectory.open(config.data()));
  }

  /** The same on a directory that was opened before, and that is closed with this server. */
  public static Standalone start(StandaloneConfig config, DataDirectory data) {
    return new Standalone(config, data);
  }

  private Standalone(StandaloneConfig config, DataDirectory directory) {
    try {
      data = parts.add("data directory", directory);
      Ports.requireFree(config);
      CompletableFuture<LocalFlinkCluster> flink =
          CompletableFuture.supplyAsync(() -> LocalFlinkCluster.start(FLINK_SLOTS));
      ViewCatalog catalog;
      try {
        kafka = parts.add("broker", startKafka(config));
        data.claim(kafka.clusterId());
        registry = parts.add("registry", startRegistry(config));
        SchemaRegistry schemas =
            parts.add("registry client", SchemaRegistry.connect(registry.uri()));
        logs =
            parts.add("log store", LogStore.connect(kafka.bootstrapServers(), schemas, LOG_STORE));
        catalog = parts.add("view catalog", ViewCatalog.open(logs));
        // Readers need neither Flink nor the deployer, whose jobs begin with much to do.
        node = startNode(config, catalog);
      } catch (RuntimeException | Error e) {
        flink.thenAccept(LocalFlinkCluster::close);
        throw e;
      }
      try {
        LocalFlinkCluster jobs = parts.add("Flink", flink.join());
        parts.add("deployer", startDeployer(catalog, jobs));
      } finally {
        // The first to be stopped, although it was started before those two.
        parts.add("node", node);
      }
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  private EmbeddedKafka startKafka(StandaloneConfig config) {
    return EmbeddedKafka.start(
        new EmbeddedKafka.Config(data.kafka(), config.host(), config.kafkaPort(), Map.of()));
  }

  private EmbeddedRegistry startRegistry(StandaloneConfig config) {
    return EmbeddedRegistry.start(
        new EmbeddedRegistry.Config(
            kafka.bootstrapServers(), config.host(), config.registryPort(), ONE_COPY));
  }

  private Deployer startDeployer(ViewCatalog catalog, LocalFlinkCluster jobs) {
    // The factory travels with the jobs, so it must hold nothing but the address.
    URI address = registry.uri();
    return Deployer.start(
        new Deployer.Config(
            logs, catalog, jobs, () -> SchemaRegistry.connect(address), data.checkpoints()));
  }

  private Node startNode(StandaloneConfig config, ViewCatalog catalog) {
    return Node.start(
        NodeConfig.of(data.root(), config.httpPort()).withHost(config.host()),
        logs,
        catalog,
        new BrokerCheck(kafka));
  }

  /** Where HTTP is served. */
  public URI http() {
    return node.uri();
  }

  /** Where Kafka clients connect. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Where the schema registry is served. */
  public URI registry() {
    return registry.uri();
  }

  /** The logs of this server. */
  public LogStore logs() {
    return logs;
  }

  /** The directory that everything is in. */
  public DataDirectory data() {
    return data;
  }

  /** Stops everything in order; returns when it is on disk. A second call does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      parts.close();
    }
  }
}
