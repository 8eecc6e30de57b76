package io.tidemark.faults;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code faults}. Its status is 0 when nothing was found, 1 when something was, 2 when
 * the options are wrong.
 */
@Command(
    name = "faults",
    description = "Runs a loaded Tidemark through faults and judges what its clients saw.",
    mixinStandardHelpOptions = true)
public final class FaultsCommand implements Callable<Integer> {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(9);

  @Option(
      names = "--minutes",
      defaultValue = "10",
      description =
          "Length of the load, shared by the deployments; each fault happens at least once"
              + " (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(names = "--seed", description = "Gives the faults and the load (default: a new one).")
  private long seed = System.nanoTime();

  @Option(
      names = "--faults",
      split = ",",
      defaultValue = "all",
      description = "Only these kinds, none, or all (default: ${DEFAULT-VALUE}).")
  private List<String> faults = List.of();

  @Option(
      names = "--deployment",
      defaultValue = "all",
      description =
          "standalone: one process; processes: one for each part; all: one after the other"
              + " (default: ${DEFAULT-VALUE}).")
  private String deployment = "";

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "fault-runs",
      description =
          "Histories, summaries and the processes' data go there, into a directory by the seed"
              + " (default: ${DEFAULT-VALUE}).")
  private Path output = Path.of("");

  @Option(names = "--home", hidden = true, defaultValue = "${sys:tidemark.home:-.}")
  private Path home = Path.of("");

  @Spec private CommandSpec spec;

  /** A command for picocli to fill in. */
  @SuppressWarnings("NullAway.Init") // picocli sets the spec
  public FaultsCommand() {}

  /** Runs the command and ends the process with its status. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new FaultsCommand()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Set<FaultKind> kinds = kinds();
    List<Deployments> deployments = deployments();
    out.printf("seed %d%n", seed);
    out.flush();
    boolean clean = true;
    for (Deployments each : deployments) {
      Path directory = output.resolve(seed + "-" + each.text()).toAbsolutePath();
      if (Files.exists(directory)) {
        throw new ParameterException(
            spec.commandLine(),
            directory + " is there from an earlier run; remove it, or choose another --output");
      }
      Files.createDirectories(directory);
      FaultRun.Plan plan =
          new FaultRun.Plan(
              seed,
              Duration.ofMillis((long) (minutes * 60_000 / deployments.size())),
              kinds,
              LONGEST_PAUSE,
              directory);
      Summary summary = run(each, plan, out);
      out.printf("%n%s%nhistory and summary: %s%n%n", summary.text(), directory);
      out.flush();
      clean &= summary.isClean();
    }
    return clean ? 0 : 1;
  }

  private Summary run(Deployments which, FaultRun.Plan plan, PrintWriter out) throws Exception {
    try (Deployment started = which.start(Installation.in(home), plan.output())) {
      return new FaultRun(
              which.text(),
              started,
              plan,
              line -> {
                out.println(which.text() + ": " + line);
                out.flush();
              })
          .run();
    }
  }

  private List<Deployments> deployments() {
    try {
      return deployment.equals("all")
          ? List.of(Deployments.values())
          : List.of(Deployments.parse(deployment));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private Set<FaultKind> kinds() {
    if (faults.equals(List.of("all"))) {
      return EnumSet.allOf(FaultKind.class);
    }
    Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
    if (!faults.equals(List.of("none"))) {
      for (String name : faults) {
        try {
          kinds.add(FaultKind.parse(name));
        } catch (IllegalArgumentException e) {
          throw new ParameterException(spec.commandLine(), e.getMessage());
        }
      }
    }
    return kinds;
  }
}
