package io.tidemark.standalone.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/** Where the parts are that a part needs. */
final class ClusterOptions {
  @Option(
      names = "--kafka",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Address of the broker.")
  String kafka;

  @Option(
      names = "--registry",
      required = true,
      paramLabel = "URL",
      description = "Address of the schema registry.")
  URI registry;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ClusterOptions() {}
}
