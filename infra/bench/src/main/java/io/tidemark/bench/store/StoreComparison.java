package io.tidemark.bench.store;

import io.tidemark.bench.run.Build;
import io.tidemark.bench.run.Conditions;
import io.tidemark.bench.run.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the shard store beside its peers; fails when something could not be measured. */
@Command(
    name = "store",
    description = "The shard store beside RocksDB, LMDB and Chronicle Map.",
    mixinStandardHelpOptions = true)
public final class StoreComparison implements Callable<Integer> {
  private static final List<String> HEAP = List.of("-Xms1g", "-Xmx1g");
  private static final List<String> ALL_KEYS = List.of("1m", "5m");
  private static final List<Integer> ALL_VALUES = List.of(200, 1_000);
  private static final List<String> QUICK_KEYS = List.of("1m");
  private static final List<Integer> QUICK_VALUES = List.of(200);

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = "--keys",
      split = ",",
      description = "Numbers of keys, as 500k or 5m (default: 1m,5m; with --quick 1m).")
  private List<String> keys = List.of();

  @Option(
      names = "--values",
      split = ",",
      description = "Bytes of a value (default: 200,1000; with --quick 200).")
  private List<Integer> values = List.of();

  @Option(
      names = "--subjects",
      split = ",",
      description = "Which of ${COMPLETION-CANDIDATES} (default: all).")
  private List<Subject> subjects = List.of(Subject.values());

  @Option(
      names = "--operations",
      split = ",",
      description = "Which of ${COMPLETION-CANDIDATES}; LOAD always (default: all).")
  private List<Operation> operations = List.of(Operation.values());

  @Option(names = "--forks", description = "Processes of each read (default: ${DEFAULT-VALUE}).")
  private int forks = 1;

  @Option(names = "--quick", description = "Shorter measurements, for a look.")
  private boolean quick;

  @Mixin private RunOptions options = new RunOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Instant began = Instant.now();
    List<DataSet> dataSets = dataSets();
    List<Subject> inOrder = subjects.stream().distinct().sorted().toList();
    Set<Operation> chosen = EnumSet.copyOf(operations);
    chosen.add(Operation.LOAD);
    List<String> jvmFlags = new ArrayList<>(HEAP);
    jvmFlags.addAll(new Build().jvmFlags());
    Effort effort = (quick ? Effort.QUICK : Effort.FULL).withForks(forks);

    Path directory = options.temporaryDirectory();
    StoreRun run =
        new StoreRun(
            inOrder,
            chosen,
            effort,
            jvmFlags,
            directory,
            Conditions.memoryBytes(),
            RunOptions.progress());
    checkSpace(directory, run.neededBytes(dataSets));
    Results results = run.measure(dataSets);
    String conditions =
        new Conditions(options.home(), directory, began)
            .markdown(
                Instant.now(),
                "`%s`".formatted(String.join(" ", jvmFlags)),
                versions(),
                effort.describe());
    String text = new Report(results, dataSets, inOrder, conditions).markdown();
    options.publish("", text, everything());
    return results.failures().isEmpty() ? 0 : 1;
  }

  private static List<String> versions() {
    Build build = new Build();
    return List.of(
        "RocksDB " + build.version("rocksdb"),
        "lmdbjava " + build.version("lmdbjava"),
        "Chronicle Map " + build.version("chronicle-map"),
        "JMH " + build.version("jmh"));
  }

  private void checkSpace(Path directory, long neededBytes) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < neededBytes) {
      throw new ParameterException(
          spec.commandLine(),
          "%s has %,d MB free, but %,d MB are needed: give another --dir or fewer --keys"
              .formatted(options.parent(), free / 1_000_000, neededBytes / 1_000_000));
    }
  }

  private List<DataSet> dataSets() {
    List<String> counts = keys.isEmpty() ? (quick ? QUICK_KEYS : ALL_KEYS) : keys;
    List<Integer> sizes = values.isEmpty() ? (quick ? QUICK_VALUES : ALL_VALUES) : values;
    List<DataSet> all = new ArrayList<>();
    for (String count : counts) {
      for (int bytes : sizes) {
        all.add(new DataSet(number(count), bytes));
      }
    }
    all.sort(Comparator.comparingLong(DataSet::payloadBytes));
    return all;
  }

  /** "300", "500k", "5m". */
  private long number(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int unit = lower.endsWith("k") ? 1_000 : lower.endsWith("m") ? 1_000_000 : 1;
    try {
      return unit * Long.parseLong(unit == 1 ? lower : lower.substring(0, lower.length() - 1));
    } catch (NumberFormatException e) {
      throw new ParameterException(spec.commandLine(), "--keys: not a number of keys: " + text, e);
    }
  }

  /** Whether the page has all that the one in the documentation has to have. */
  private boolean everything() {
    return !quick
        && keys.isEmpty()
        && values.isEmpty()
        && Set.copyOf(subjects).size() == Subject.values().length
        && Set.copyOf(operations).size() == Operation.values().length;
  }
}
