package io.tidemark.standalone.cli;

import io.tidemark.client.TidemarkClient;
import io.tidemark.standalone.StandaloneConfig;
import io.tidemark.standalone.http.ServerApi;
import java.net.URI;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option of the commands that talk to a running server. */
final class ClientOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--server",
      paramLabel = "URL",
      defaultValue =
          "http://" + StandaloneConfig.DEFAULT_HOST + ":" + StandaloneConfig.DEFAULT_HTTP_PORT,
      description = "The server to talk to (default: ${DEFAULT-VALUE}).")
  private URI server;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ClientOptions() {}

  /** The server's HTTP API. */
  ServerApi api() {
    return new ServerApi(server());
  }

  /** A client of the server with a session of its own. */
  TidemarkClient client() {
    return TidemarkClient.of(server());
  }

  private URI server() {
    if (server.getHost() == null
        || server.getScheme() == null
        || !server.getScheme().matches("https?")) {
      throw new ParameterException(
          command.commandLine(), "--server is " + server + ", expected http://HOST:PORT");
    }
    return server;
  }
}
