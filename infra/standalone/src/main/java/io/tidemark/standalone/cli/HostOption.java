package io.tidemark.standalone.cli;

import io.tidemark.standalone.StandaloneConfig;
import picocli.CommandLine.Option;

/** Where a process listens. */
final class HostOption {
  @Option(
      names = "--host",
      defaultValue = StandaloneConfig.DEFAULT_HOST,
      description =
          "Address to listen on (default: ${DEFAULT-VALUE}, this machine only). There is no"
              + " authentication: choose another only in a network you trust.")
  String host;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  HostOption() {}
}
