package io.tidemark.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;

/**
 * A standalone server in a process of its own, on an empty directory; gone after {@link #close}.
 */
final class ServerProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("HTTP (http://[^,\\s]+)");
  private static final int STOP_S = 20;

  private final Process process;
  private final Path directory;
  private final URI http;

  private ServerProcess(Process process, Path directory, URI http) {
    this.process = process;
    this.directory = directory;
    this.http = http;
  }

  static ServerProcess start(Path launcher) throws IOException {
    Path directory = Files.createTempDirectory("tidemark-bench");
    Process process =
        new ProcessBuilder(
                launcher.toString(),
                "up",
                "--data",
                directory.toString(),
                "--http-port",
                "0",
                "--kafka-port",
                "0",
                "--registry-port",
                "0")
            .redirectErrorStream(true)
            .start();
    // Also when this process is interrupted.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    BufferedReader output = process.inputReader();
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      Matcher address = ADDRESS.matcher(line);
      if (address.find()) {
        return new ServerProcess(process, directory, URI.create(address.group(1)));
      }
    }
    throw new IOException("the server did not start:\n" + said);
  }

  URI http() {
    return http;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_S, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      Utils.delete(directory.toFile());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.err.println("cannot delete " + directory + ": " + e.getMessage());
    }
  }
}
