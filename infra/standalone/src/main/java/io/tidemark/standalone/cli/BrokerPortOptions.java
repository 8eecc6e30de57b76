package io.tidemark.standalone.cli;

import io.tidemark.standalone.StandaloneConfig;
import picocli.CommandLine.Option;

/** The ports of a process that holds a broker and a schema registry. */
final class BrokerPortOptions {
  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_KAFKA_PORT,
      converter = PortNumber.class,
      description = "Port of the Kafka broker, 0 for any free one (default: ${DEFAULT-VALUE}).")
  int kafka;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_REGISTRY_PORT,
      converter = PortNumber.class,
      description = "Port of the schema registry, 0 for any free one (default: ${DEFAULT-VALUE}).")
  int registry;

  BrokerPortOptions() {}
}
