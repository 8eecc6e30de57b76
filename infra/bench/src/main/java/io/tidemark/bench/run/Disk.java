package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/** What a measurement does with directories as a whole. */
public final class Disk {
  private Disk() {}

  /** What a directory takes on disk; sparse files look larger. */
  public static long usedBytes(Path directory) throws IOException {
    Process du =
        new ProcessBuilder("du", "-s", "-B1", directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var output = du.inputReader()) {
      String line = output.readLine();
      if (line == null) {
        throw new IOException("du tells nothing of " + directory);
      }
      return Long.parseLong(line.substring(0, line.indexOf('\t')));
    }
  }

  /** Writes back what is dirty now, so that it does not disturb what is measured next. */
  public static void force(Path directory) throws IOException {
    for (Path file : files(directory)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
  }

  /** Deletes a directory with all that is in it; nothing if it is not there. */
  public static void delete(Path directory) throws IOException {
    Utils.delete(directory.toFile());
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }
}
