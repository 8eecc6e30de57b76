package io.tidemark.standalone.cli;

import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code tidemark}. */
@Command(
    name = "tidemark",
    description = "A replicated log store with materialized views.",
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          UpCommand.class,
          BrokerCommand.class,
          DeployerCommand.class,
          NodeCommand.class,
          LogsCommand.class,
          ViewsCommand.class,
          AppendCommand.class,
          GetCommand.class,
          ScanCommand.class,
          ChangesCommand.class,
          RehearseCommand.class);

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec
  private Main() {}

  /** Runs one command and ends the process with its status. */
  public static void main(String[] args) {
    System.exit(commandLine(args).execute(args));
  }

  /** The command line, ready to execute these arguments. */
  static CommandLine commandLine(String... args) {
    CommandLine commandLine = new CommandLine(new Main());
    commands(args).forEach(commandLine::addSubcommand);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setParameterExceptionHandler(Main::explainUsage);
    commandLine.setExecutionExceptionHandler(
        (error, command, parsed) -> {
          command.getErr().println("tidemark: " + oneLine(error));
          return command.getCommandSpec().exitCodeOnExecutionException();
        });
    return commandLine;
  }

  /**
   * The command that the first argument names, or else all: each that picocli looks at takes it
   * some hundredths of a second, of which a server's start, or a client's answer, would be made.
   */
  private static List<Class<?>> commands(String... args) {
    return COMMANDS.stream()
        .filter(
            command ->
                args.length > 0 && command.getAnnotation(Command.class).name().equals(args[0]))
        .findFirst()
        .<List<Class<?>>>map(List::of)
        .orElse(COMMANDS);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command was given");
  }

  private static int explainUsage(ParameterException error, String[] args) {
    CommandLine command = error.getCommandLine();
    command
        .getErr()
        .printf(
            "tidemark: %s; '%s --help' shows what is possible%n",
            error.getMessage(), command.getCommandSpec().qualifiedName());
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static String oneLine(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null
        && (cause instanceof CompletionException
            || cause instanceof ExecutionException
            || cause instanceof UncheckedIOException)) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    boolean explainsItself = cause instanceof TidemarkException && message != null;
    String text =
        explainsItself || (cause instanceof IOException && message != null && message.contains(" "))
            ? message
            : cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    return text == null ? "" : text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /** Says the version that the jar's manifest names. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"tidemark " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
