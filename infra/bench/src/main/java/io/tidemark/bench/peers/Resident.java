package io.tidemark.bench.peers;

import io.tidemark.bench.run.ChildProcess;
import io.tidemark.bench.run.ResidentPages;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM has in memory, in bytes.
 *
 * @param heap in use after a collection
 * @param outsideHeap resident pages that are of no file, without the heap
 * @param file resident pages of mapped files
 */
record Resident(long heap, long outsideHeap, long file) {
  private static final Pattern HEAP = Pattern.compile("heap\\s+total (\\d+)K, used (\\d+)K");
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /**
   * Has it collect its garbage, and asks.
   *
   * @param directory for what the asked programs print
   */
  static Resident of(long pid, Path directory) throws IOException, InterruptedException {
    jcmd(pid, "GC.run", directory);
    String heap = jcmd(pid, "GC.heap_info", directory);
    return of(heap, ResidentPages.of(pid));
  }

  private static String jcmd(long pid, String command, Path directory)
      throws IOException, InterruptedException {
    return ChildProcess.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(pid),
            command),
        directory.resolve("jcmd.out"),
        LIMIT);
  }

  /** Reads what {@code GC.heap_info} tells. */
  static Resident of(String heapInfo, ResidentPages pages) {
    Matcher heap = HEAP.matcher(heapInfo);
    if (!heap.find()) {
      throw new IllegalArgumentException("no heap in " + heapInfo);
    }
    return new Resident(
        kib(heap.group(2)),
        // What is committed and was never touched is not resident.
        Math.max(0, pages.anonymous() - kib(heap.group(1))),
        pages.file());
  }

  private static long kib(String number) {
    return Long.parseLong(number) << 10;
  }
}
