package io.tidemark.standalone.cli;

import io.tidemark.standalone.StandaloneConfig;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of the commands that run a server. */
final class ServerOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "./data",
      description = "Directory that everything is kept in (default: ${DEFAULT-VALUE}).")
  private Path data;

  @Option(
      names = "--host",
      defaultValue = StandaloneConfig.DEFAULT_HOST,
      description =
          "Address to listen on (default: ${DEFAULT-VALUE}, this machine only). There is no"
              + " authentication: choose another only in a network you trust.")
  private String host;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_HTTP_PORT,
      description = "Port of the HTTP API, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_KAFKA_PORT,
      description = "Port of the Kafka broker, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int kafkaPort;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_REGISTRY_PORT,
      description = "Port of the schema registry, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int registryPort;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ServerOptions() {}

  /** The options as a configuration. */
  StandaloneConfig config() {
    return new StandaloneConfig(
        data,
        host,
        port("--http-port", httpPort),
        port("--kafka-port", kafkaPort),
        port("--registry-port", registryPort));
  }

  private int port(String option, int port) {
    if (port < 0 || port > 65535) {
      throw new ParameterException(
          command.commandLine(), option + " is " + port + ", a port is a number from 0 to 65535");
    }
    return port;
  }
}
