package io.tidemark.store;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of its own that tells a {@link Script} to a store until it is killed, and prints each
 * step that is done.
 */
final class WriterProcess {
  private WriterProcess() {}

  /** Starts it; it goes on where the store stands, and tells its failure to a file. */
  static Process start(Path directory, long seed, Path errors) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--add-")) {
        command.add(flag);
      }
    }
    command.addAll(
        List.of(
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            WriterProcess.class.getName(),
            directory.toString(),
            Long.toString(seed)));
    return new ProcessBuilder(command).redirectError(errors.toFile()).start();
  }

  /** Directory and seed. Ends by itself when nobody reads what it prints. */
  public static void main(String[] args) {
    Script script = new Script(Long.parseLong(args[1]));
    PrintStream out = System.out;
    try (ShardStore store = Stores.open(Path.of(args[0]))) {
      String metadata = Stores.text(store.metadata());
      while (script.step() < (metadata.isEmpty() ? 0 : Integer.parseInt(metadata))) {
        script.tell(null);
      }
      while (!out.checkError()) {
        script.tell(store);
        out.println(script.step());
        out.flush();
      }
    }
  }
}
