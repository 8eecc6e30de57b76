package io.tidemark.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Random;

/**
 * Makes checkpoints fail: a file stands for a while where their directory was. (Taking away the
 * right to write would not stop a process of the superuser.)
 */
record CheckpointFailure(Path checkpoints) implements Deployment.Fault {
  @Override
  public String inject(Random random) throws IOException, InterruptedException {
    Path aside = checkpoints.resolveSibling(checkpoints.getFileName() + ".aside");
    Files.move(checkpoints, aside, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.writeString(checkpoints, "no directory");
      // Jobs without cuts make a checkpoint every ten seconds: most times are to meet one of them.
      Duration length = Moments.between(random, 3_000, 12_000);
      Moments.pass(length);
      return "no checkpoint could be written for " + length.toMillis() + " ms";
    } finally {
      Files.deleteIfExists(checkpoints);
      Files.move(aside, checkpoints, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
