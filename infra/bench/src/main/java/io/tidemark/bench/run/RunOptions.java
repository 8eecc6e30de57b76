package io.tidemark.bench.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Where a command that writes a page of figures has its data, and where the page goes: options that
 * all such commands have. For one thread.
 */
public final class RunOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = "--dir",
      description =
          "A directory on a disk with room for some 20 GB (default: ${DEFAULT-VALUE}); what is"
              + " put there is deleted afterward.",
      defaultValue = "${sys:java.io.tmpdir}")
  private Path parent = Path.of(".");

  @Option(
      names = "--reports",
      description =
          "The directory for pages of figures (default: docs for one with all that it can have,"
              + " infra/bench/target for others).")
  private @Nullable Path reports;

  @Option(names = "--home", hidden = true, defaultValue = "${sys:tidemark.home:-.}")
  private Path home = Path.of(".");

  /** The working copy that was built. */
  public Path home() {
    return home;
  }

  /** What was given as {@code --dir}. */
  public Path parent() {
    return parent;
  }

  /** Makes a directory for the data, which is deleted when this process ends. */
  public Path temporaryDirectory() throws IOException {
    Path directory = Files.createTempDirectory(parent, "tidemark-bench-" + command.name());
    // Also when this process is interrupted.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteQuietly(directory)));
    return directory;
  }

  private static void deleteQuietly(Path directory) {
    try {
      Disk.delete(directory);
    } catch (IOException e) {
      System.err.println("cannot delete " + directory + ": " + e.getMessage());
    }
  }

  /** For what a run says while it goes on. */
  public static PrintWriter progress() {
    return new PrintWriter(System.err, true, StandardCharsets.UTF_8);
  }

  /**
   * Prints a page and writes it to its file.
   *
   * @param name what of the command's, in the file's name; empty for a command with one page
   * @param everything whether it has all that a page of the documentation has to have
   */
  public void publish(String name, String markdown, boolean everything) throws IOException {
    new PrintWriter(System.out, true, StandardCharsets.UTF_8).println(markdown);
    Path folder =
        reports != null ? reports : home.resolve(everything ? "docs" : "infra/bench/target");
    String title = name.isEmpty() ? command.name() : command.name() + "-" + name;
    Path file = Files.createDirectories(folder).resolve("performance-" + title + ".md");
    Files.writeString(file, markdown);
    progress().println("written to " + file);
  }
}
