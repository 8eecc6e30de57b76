package io.tidemark.standalone;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.schemas.registry.EmbeddedRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** A broker and the schema registry over it in a process of their own. Thread-safe. */
public final class BrokerPart implements AutoCloseable {
  private static final short ONE_COPY = 1;

  private final RunningParts parts = new RunningParts();
  private final EmbeddedKafka kafka;
  private final EmbeddedRegistry registry;

  /** Starts both; returns when they take requests. A port of 0 means any free one. */
  public static BrokerPart start(Path directory, String host, int kafkaPort, int registryPort) {
    return new BrokerPart(directory, host, kafkaPort, registryPort);
  }

  private BrokerPart(Path directory, String host, int kafkaPort, int registryPort) {
    try {
      kafka =
          parts.add(
              "broker",
              EmbeddedKafka.start(new EmbeddedKafka.Config(directory, host, kafkaPort, Map.of())));
      registry =
          parts.add(
              "registry",
              EmbeddedRegistry.start(
                  new EmbeddedRegistry.Config(
                      kafka.bootstrapServers(), host, registryPort, ONE_COPY)));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  /** Where Kafka clients connect. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Where the registry is served. */
  public URI registry() {
    return registry.uri();
  }

  /** Stops both; returns when everything is on disk. */
  @Override
  public void close() {
    parts.close();
  }
}
