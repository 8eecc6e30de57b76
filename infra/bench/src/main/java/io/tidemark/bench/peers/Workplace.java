package io.tidemark.bench.peers;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one trial does its work.
 *
 * @param home the working copy that was built
 * @param directory empty, and deleted after the trial
 * @param recording the file for a flight recording of the process that is measured; {@code null}
 *     for none
 */
record Workplace(Path home, Path directory, @Nullable Path recording) {
  /** What the JVM that does the measured work gets beside its own options. */
  List<String> jvmOptions() {
    return recording == null
        ? List.of()
        : List.of(
            "-XX:StartFlightRecording:settings=profile,dumponexit=true,filename=" + recording);
  }
}
