package io.tidemark.standalone.cli;

import io.tidemark.standalone.StandaloneConfig;
import picocli.CommandLine.Option;

/** The port of a process that answers requests. */
final class HttpPortOption {
  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "" + StandaloneConfig.DEFAULT_HTTP_PORT,
      converter = PortNumber.class,
      description = "Port of the HTTP API, 0 for any free one (default: ${DEFAULT-VALUE}).")
  int port;

  HttpPortOption() {}
}
