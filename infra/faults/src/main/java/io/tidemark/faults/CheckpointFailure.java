package io.tidemark.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Random;

/**
 * Makes checkpoints fail: their directory is a link, which leads to a file for a while. It is
 * turned in one step, since jobs make directories that they miss. (Taking away the right to write
 * would not stop a process of the superuser.)
 */
record CheckpointFailure(Path checkpoints) implements Deployment.Fault {
  /** Makes the directory for checkpoints, before there is any job. */
  static void prepare(Path checkpoints) throws IOException {
    Files.createSymbolicLink(checkpoints, Files.createDirectories(beside(checkpoints, ".kept")));
  }

  @Override
  public String inject(Random random) throws IOException, InterruptedException {
    turnTo(Files.writeString(beside(checkpoints, ".none"), "no directory"));
    try {
      // Jobs without cuts make a checkpoint every ten seconds: most times are to meet one of them.
      Duration length = Moments.between(random, 3_000, 12_000);
      Moments.pass(length);
      return "no checkpoint could be written for " + length.toMillis() + " ms";
    } finally {
      turnTo(beside(checkpoints, ".kept"));
    }
  }

  private void turnTo(Path target) throws IOException {
    Path turned = beside(checkpoints, ".turned");
    Files.createSymbolicLink(turned, target);
    Files.move(turned, checkpoints, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path beside(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }
}
