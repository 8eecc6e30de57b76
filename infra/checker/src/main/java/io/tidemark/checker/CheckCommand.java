package io.tidemark.checker;

import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code check}: judges recorded histories. Its status is 0 when there is no violation,
 * 1 when there is one, 2 when the files or the options are wrong.
 */
@Command(
    name = "check",
    description = "Judges a recorded history against what each consistency level promises.",
    mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "JSON lines; several files are one history.")
  private List<Path> files = List.of();

  @Option(
      names = "--levels",
      split = ",",
      paramLabel = "PROPERTY",
      description =
          "Check only these, and eventual always: bounded, session, strong, as-of, snapshot, step, final-state,"
              + " level.")
  private List<String> levels = List.of();

  @Option(
      names = "--examples",
      defaultValue = "5",
      paramLabel = "N",
      description =
          "Print at most this many counterexamples per property (default: 5, at most 20).")
  private int examples;

  @Spec private CommandSpec spec;

  /** A command for picocli to fill in. */
  @SuppressWarnings("NullAway.Init") // picocli sets the spec
  public CheckCommand() {}

  /** Runs the command and ends the process with its status. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new CheckCommand()).execute(args));
  }

  @Override
  public Integer call() {
    Set<Property> properties = properties();
    Report report;
    try {
      report = Checker.check(HistoryReader.read(files), properties);
    } catch (TidemarkException | IllegalArgumentException e) {
      return badInput(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return badInput("cannot read the history: " + e);
    }
    print(report);
    return report.isClean() ? 0 : 1;
  }

  private int badInput(String message) {
    spec.commandLine().getErr().println("check: " + message);
    return CommandLine.ExitCode.USAGE;
  }

  private Set<Property> properties() {
    Set<Property> chosen = EnumSet.noneOf(Property.class);
    for (String name : levels) {
      chosen.add(
          Arrays.stream(Property.values())
              .filter(property -> property.text().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "'"
                              + name
                              + "' cannot be checked; what can: "
                              + Arrays.stream(Property.values())
                                  .map(Property::text)
                                  .collect(Collectors.joining(", ")))));
    }
    return chosen.isEmpty() ? EnumSet.allOf(Property.class) : chosen;
  }

  private void print(Report report) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("appends: %s%n", counts(report.appends()));
    out.printf("reads: %s, unanswered %d%n", counts(report.reads()), report.unansweredReads());
    for (Report.Finding finding : report.findings()) {
      out.printf(
          "%-12s violations: %d%s%n",
          finding.property().text(),
          finding.violations(),
          finding.undecided() == 0 ? "" : ", undecided: " + finding.undecided());
    }
    for (Report.Finding finding : report.findings()) {
      finding.examples().stream()
          .limit(examples)
          .forEach(violation -> out.printf("%n%s%n", violation.describe(report.startNs())));
    }
    out.printf("%nviolations: %d%n", report.violations());
    out.flush();
  }

  private static String counts(Map<?, Long> counts) {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(
                entry ->
                    (entry.getKey() instanceof Level level
                            ? level.text()
                            : String.valueOf(entry.getKey()).toLowerCase(Locale.ROOT))
                        + " "
                        + entry.getValue())
            .collect(Collectors.joining(", "));
  }
}
