package io.tidemark.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The time of day as one process sees it, which can be moved while the process runs: by libfaketime
 * (Debian's package of that name), which reads its offset from a file. The monotonic clock is left
 * alone, as it is by a real change of a machine's time.
 */
final class ClockShift {
  /** Why clocks cannot be moved where the library is missing. */
  static final String MISSING = "libfaketime is not installed (apt-get install libfaketime)";

  private static final int STEP_S = 3_600;

  private final Optional<Path> library;
  private final Path file;
  private int offsetS;

  /** A shift of nothing, to be told to a process by {@link #environment}. */
  ClockShift(Path file) throws IOException {
    this.library = Installation.clockShifter();
    this.file = file;
    write();
  }

  boolean isPossible() {
    return library.isPresent();
  }

  /** What the process must have in its environment. */
  Map<String, String> environment() {
    return library
        .map(
            found ->
                Map.of(
                    "LD_PRELOAD", found.toString(),
                    "FAKETIME_TIMESTAMP_FILE", file.toString(),
                    "FAKETIME_CACHE_DURATION", "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                    // Else every wait of the JVM ends at once, and is begun again, for ever.
                    "FAKETIME_FORCE_MONOTONIC_FIX", "0"))
        .orElse(Map.of());
  }

  /** Moves the clock an hour forward or backward; never further than an hour from the truth. */
  String step(Random random) throws IOException {
    int step = offsetS != 0 ? -offsetS : random.nextBoolean() ? STEP_S : -STEP_S;
    move(step);
    return "clock stepped by " + (step > 0 ? "+" : "") + step + " s";
  }

  /** Sets the clock back by an hour. */
  void setBack() throws IOException {
    move(-STEP_S);
  }

  private void move(int step) throws IOException {
    offsetS += step;
    write();
  }

  private void write() throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(draft, (offsetS < 0 ? "" : "+") + offsetS + "\n");
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
