package io.tidemark.bench;

import io.tidemark.bench.peers.PeerComparison;
import io.tidemark.bench.store.StoreComparison;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command that runs measurements. */
@Command(
    name = "bench",
    description = "Measures Tidemark on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {Freshness.class, Confirm.class, StoreComparison.class, PeerComparison.class})
public final class Bench {
  private Bench() {}

  /** Runs the measurement that the arguments name; exits with 1 when a promise was not kept. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }
}
