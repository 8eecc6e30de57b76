package io.tidemark.standalone.cli;

import io.tidemark.standalone.StandaloneConfig;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of the commands that run a server. */
final class ServerOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "./data",
      description = "Directory that everything is kept in (default: ${DEFAULT-VALUE}).")
  private Path data;

  @Mixin private HostOption listen;
  @Mixin private HttpPortOption http;
  @Mixin private BrokerPortOptions ports;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ServerOptions() {}

  /** The options as a configuration. */
  StandaloneConfig config() {
    return new StandaloneConfig(data, listen.host, http.port, ports.kafka, ports.registry);
  }
}
