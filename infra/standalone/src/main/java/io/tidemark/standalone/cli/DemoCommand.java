package io.tidemark.standalone.cli;

import io.tidemark.standalone.demo.Demo;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a server with the demo's logs and views. */
@Command(
    name = "demo",
    description =
        "Run a server with real flights and five views over them: loads what is missing, shows what"
            + " reads of each level give, and stays up.")
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;

  @Option(names = "--exit", description = "End when the views are complete and were read.")
  private boolean exit;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  DemoCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    ServerProcess.run(
        server.config(),
        !exit,
        out,
        running -> {
          Demo demo = new Demo(running.logs(), running.data(), running.http(), out);
          demo.run();
          demo.showAnswers();
          if (!exit) {
            tellWhatToTry(running.http().toString(), out);
          }
        });
    return 0;
  }

  private static void tellWhatToTry(String http, PrintWriter out) {
    out.printf(
        """

        Try, in another terminal:
          curl '%1$s/v1/views/departures_by_origin/rows/LAS?consistency=strong'
          curl '%1$s/v1/views/traffic_by_route/rows?prefix=LAS&limit=5'
          ./tidemark views --server %1$s
          ./tidemark scan worst_delays --prefix LAS --server %1$s
        Ctrl-C stops it; the next start goes on with the same data.
        """,
        http);
    out.flush();
  }
}
