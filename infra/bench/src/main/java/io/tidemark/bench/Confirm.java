package io.tidemark.bench;

import io.tidemark.broker.BrokerCluster;
import io.tidemark.log.LogEnds;
import io.tidemark.log.LogStore;
import io.tidemark.log.Position;
import io.tidemark.schemas.SchemaRegistry;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Looks up where a log ends, in turn by its leaders' word and confirmed by the other brokers, on
 * three brokers and a controller of its own. What is measured is what the two kinds of strong reads
 * differ by.
 */
@Command(
    name = "confirm",
    description = "What it costs to have the logs' ends confirmed, on three brokers.",
    mixinStandardHelpOptions = true)
final class Confirm implements Callable<Integer> {
  private static final int BROKERS = 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @Option(names = "--calls", description = "Look-ups of each kind (default: ${DEFAULT-VALUE}).")
  private int calls = 3_000;

  @Option(names = "--warmup", description = "Look-ups before those (default: ${DEFAULT-VALUE}).")
  private int warmup = 2_000;

  @Option(
      names = "--partitions",
      split = ",",
      description = "Partitions that the log has (default: ${DEFAULT-VALUE}).")
  private List<Integer> partitions = List.of(1, 12);

  @Option(
      names = "--together",
      split = ",",
      description = "Look-ups that are asked for at once (default: ${DEFAULT-VALUE}).")
  private List<Integer> together = List.of(1, 32);

  private record Line(int partitions, int together, String kind, Histogram nanos) {}

  @Override
  public Integer call() throws Exception {
    Path directory = Files.createTempDirectory("tidemark-bench");
    List<Line> lines = new ArrayList<>();
    try (BrokerCluster cluster = BrokerCluster.start(directory, BROKERS);
        // Nobody asks for a schema of a topic of Tidemark's own, so there need be no registry.
        SchemaRegistry registry = SchemaRegistry.connect(URI.create("http://127.0.0.1:1"));
        LogStore logs = LogStore.connect(cluster.bootstrapServers(), registry)) {
      for (int count : partitions) {
        String log = "_tidemark-bench-" + count;
        logs.createInternalTopic(log, count, Map.of());
        for (int each : together) {
          measure(logs.ends(), log, warmup, each);
          List<Histogram> both = measure(logs.ends(), log, calls, each);
          lines.add(new Line(count, each, "told by the leaders", both.get(0)));
          lines.add(new Line(count, each, "confirmed", both.get(1)));
        }
      }
    } finally {
      Utils.delete(directory.toFile());
    }
    print(lines);
    return 0;
  }

  /** So many of each kind, so many of them at once, one kind after the other. */
  private static List<Histogram> measure(LogEnds ends, String log, int calls, int together) {
    Histogram told = new Histogram(3);
    Histogram confirmed = new Histogram(3);
    for (int done = 0; done < calls; done += together) {
      time(told, together, () -> ends.ends(Set.of(log)));
      time(confirmed, together, () -> ends.confirmedEnds(Set.of(log), TIMEOUT));
    }
    return List.of(told, confirmed);
  }

  private static void time(
      Histogram nanos, int together, Supplier<CompletableFuture<Position>> lookUp) {
    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int i = 0; i < together; i++) {
      long begunNs = System.nanoTime();
      all.add(
          lookUp
              .get()
              .thenAccept(
                  end -> {
                    synchronized (nanos) {
                      nanos.recordValue(System.nanoTime() - begunNs);
                    }
                  }));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();
  }

  private static void print(List<Line> lines) {
    System.out.println("| partitions | at once | ends | look-ups | p50 ms | p99 ms |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    for (Line line : lines) {
      System.out.printf(
          "| %d | %d | %s | %,d | %.2f | %.2f |%n",
          line.partitions(),
          line.together(),
          line.kind(),
          line.nanos().getTotalCount(),
          line.nanos().getValueAtPercentile(50) / 1e6,
          line.nanos().getValueAtPercentile(99) / 1e6);
    }
  }
}
