package io.tidemark.bench.peers;

import io.tidemark.bench.run.Build;
import io.tidemark.bench.run.Calm;
import io.tidemark.bench.run.Conditions;
import io.tidemark.bench.run.RunOptions;
import io.tidemark.bench.run.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures Tidemark beside its peers; fails when a peer's work went wrong. */
@Command(
    name = "peers",
    description = "Tidemark beside Kafka Streams and others.",
    mixinStandardHelpOptions = true)
public final class PeerComparison implements Callable<Integer> {
  @Option(
      names = "--only",
      split = ",",
      description = "Which of ${COMPLETION-CANDIDATES} (default: all).")
  private List<Experiments> only = List.of(Experiments.values());

  @Option(
      names = "--peers",
      split = ",",
      description = "Which of ${COMPLETION-CANDIDATES} (default: all).")
  private List<Peer> peers = List.of(Peer.values());

  @Option(
      names = "--cases",
      description = "Only the cases whose title contains this (default: all).")
  private String cases = "";

  @Option(names = "--quick", description = "One round with the smallest size, for a look.")
  private boolean quick;

  @Option(
      names = "--rounds",
      description = "Turns of each peer in each case (default: 3, with --quick 1).")
  private int rounds;

  @Option(
      names = "--sizes",
      split = ",",
      description = "Numbers of events or rows (default: 1000000,5000000; with --quick 1000000).")
  private List<Long> sizes = List.of();

  @Option(
      names = "--profile",
      description =
          "Have a flight recording made of each process that is measured, in infra/bench/target;"
              + " the figures then count for less.")
  private boolean profile;

  @Mixin private RunOptions options = new RunOptions();

  /** Each page is there when its experiment has ended: the next one takes an hour, too. */
  @Override
  public Integer call() throws IOException, InterruptedException {
    Effort effort = effort();
    Path home = options.home();
    Path directory = options.temporaryDirectory();
    Path recordings = profile ? home.resolve("infra/bench/target/recordings") : null;
    Rounds rounds =
        new Rounds(effort, home, directory, recordings, Calm::await, RunOptions.progress());
    boolean broken = false;
    for (Experiments named : only.stream().distinct().sorted().toList()) {
      Instant began = Instant.now();
      Experiment experiment = new Chosen(named.experiment(), peers, cases);
      Results results = rounds.measure(experiment);
      String conditions =
          new Conditions(home, directory, began)
              .markdown(
                  Instant.now(),
                  "the standalone server with `%s`, a node alone and Kafka Streams with `%s`"
                      .formatted(ServerProcess.standaloneOptions(home), ServerProcess.NODE_HEAP),
                  versions(),
                  effort.describe() + (profile ? ", with flight recordings" : ""));
      String text = new Report(results, experiment, command(named), effort, conditions).markdown();
      options.publish(named.toString(), text, everything());
      broken |= results.failures().stream().anyMatch(Results.Failure::broken);
    }
    return broken ? 1 : 0;
  }

  /** What makes a page like that, but for where its data are. */
  private String command(Experiments named) {
    StringBuilder text = new StringBuilder("infra/bench/run peers --only " + named);
    if (!everything()) {
      Effort effort = effort();
      text.append(" --rounds ")
          .append(effort.rounds())
          .append(" --sizes ")
          .append(joined(effort.sizes()));
      if (!peers.containsAll(List.of(Peer.values()))) {
        text.append(" --peers ").append(joined(peers));
      }
      if (!cases.isEmpty()) {
        text.append(" --cases '").append(cases).append('\'');
      }
    }
    return text + (profile ? " --profile" : "");
  }

  private static String joined(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private Effort effort() {
    Effort usual = quick ? Effort.QUICK : Effort.FULL;
    return new Effort(
        sizes.isEmpty() ? usual.sizes() : sizes.stream().sorted().toList(),
        rounds == 0 ? usual.rounds() : rounds);
  }

  private static List<String> versions() {
    Build build = new Build();
    return List.of(
        "Kafka and Kafka Streams " + build.version("kafka"), "RocksDB " + build.version("rocksdb"));
  }

  /** Whether the page has all that the one in the documentation has to have. */
  private boolean everything() {
    return !quick
        && !profile
        && sizes.isEmpty()
        && cases.isEmpty()
        && peers.containsAll(List.of(Peer.values()))
        && effort().rounds() >= Effort.FULL.rounds();
  }
}
