package io.tidemark.standalone;

import java.nio.file.Path;

/**
 * How to run a standalone server. A port of 0 means any free one.
 *
 * @param data the directory that everything is kept in
 * @param host the address that everything binds to
 * @param httpPort of the query node
 * @param kafkaPort of the broker, for producers and consumers of any language
 * @param registryPort of the schema registry
 */
public record StandaloneConfig(
    Path data, String host, int httpPort, int kafkaPort, int registryPort) {
  /** Where a server runs unless told otherwise. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /** The query node's port unless told otherwise. */
  public static final int DEFAULT_HTTP_PORT = 7070;

  /** The broker's port unless told otherwise: Kafka's own default. */
  public static final int DEFAULT_KAFKA_PORT = 9092;

  /** The registry's port unless told otherwise: Confluent's default. */
  public static final int DEFAULT_REGISTRY_PORT = 8081;

  /** A server on that directory, bound to 127.0.0.1 and any free ports. */
  public static StandaloneConfig onFreePorts(Path data) {
    return new StandaloneConfig(data, DEFAULT_HOST, 0, 0, 0);
  }
}
