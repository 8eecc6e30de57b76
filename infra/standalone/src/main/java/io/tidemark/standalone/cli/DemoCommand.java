package io.tidemark.standalone.cli;

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
final class DemoCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;

  @Option(names = "--exit", description = "End when the views are complete and were read.")
  private boolean exit;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  DemoCommand() {}

  @Override
  public void run() {}
}
