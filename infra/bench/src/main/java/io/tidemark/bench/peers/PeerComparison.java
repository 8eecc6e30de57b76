package io.tidemark.bench.peers;

import io.tidemark.bench.run.Build;
import io.tidemark.bench.run.Conditions;
import io.tidemark.bench.run.Disk;
import io.tidemark.bench.run.ServerProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures Tidemark beside its peers; fails when a peer's work went wrong. */
@Command(
    name = "peers",
    description = "Tidemark beside Kafka Streams and others.",
    mixinStandardHelpOptions = true)
public final class PeerComparison implements Callable<Integer> {
  private static final String REPORT = "performance-peers.md";

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

  @Option(
      names = "--dir",
      description =
          "A directory on a disk with room for some 20 GB (default: ${DEFAULT-VALUE}); what is"
              + " put there is deleted afterward.",
      defaultValue = "${sys:java.io.tmpdir}")
  private Path parent = Path.of(".");

  @Option(
      names = "--report",
      description =
          "The file to write (default: docs/performance-peers.md if everything is measured,"
              + " infra/bench/target/performance-peers.md otherwise).")
  private @Nullable Path report;

  @Option(names = "--home", hidden = true, defaultValue = "${sys:tidemark.home:-.}")
  private Path home = Path.of(".");

  @Override
  public Integer call() throws IOException, InterruptedException {
    Instant began = Instant.now();
    Effort effort = effort();
    List<Experiment> experiments =
        only.stream()
            .distinct()
            .sorted()
            .<Experiment>map(each -> new Chosen(each.experiment(), peers, cases))
            .toList();
    Path directory = Files.createTempDirectory(parent, "tidemark-bench-peers");
    // Also when this process is interrupted.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteQuietly(directory)));
    PrintWriter progress = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Path recordings = profile ? home.resolve("infra/bench/target/recordings") : null;
    Results results =
        new Rounds(effort, home, directory, recordings, progress).measure(experiments);
    String conditions =
        new Conditions(home, directory, began)
            .markdown(
                Instant.now(),
                "the standalone server with `%s`, a node alone and Kafka Streams with `%s`"
                    .formatted(ServerProcess.standaloneOptions(home), ServerProcess.NODE_HEAP),
                versions(),
                effort.describe() + (profile ? ", with flight recordings" : ""));
    String text = new Report(results, experiments, effort, conditions).markdown();
    new PrintWriter(System.out, true, StandardCharsets.UTF_8).println(text);
    Path file = reportFile();
    Files.writeString(file, text);
    progress.println("written to " + file);
    return results.failures().stream().anyMatch(Results.Failure::broken) ? 1 : 0;
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

  private Path reportFile() throws IOException {
    if (report != null) {
      return report;
    }
    boolean everything =
        !quick
            && !profile
            && sizes.isEmpty()
            && cases.isEmpty()
            && peers.containsAll(List.of(Peer.values()))
            && effort().rounds() >= Effort.FULL.rounds()
            && only.containsAll(List.of(Experiments.values()));
    Path folder = home.resolve(everything ? "docs" : "infra/bench/target");
    return Files.createDirectories(folder).resolve(REPORT);
  }

  private static void deleteQuietly(Path directory) {
    try {
      Disk.delete(directory);
    } catch (IOException e) {
      System.err.println("cannot delete " + directory + ": " + e.getMessage());
    }
  }
}
