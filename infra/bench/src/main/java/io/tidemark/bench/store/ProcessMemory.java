package io.tidemark.bench.store;

import io.tidemark.bench.run.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What this process holds, in bytes. The heap is touched as a whole at the start of a worker, so
 * that its pages do not count as the store's.
 *
 * @param heap in use after a collection
 * @param anonymous resident pages that are of no file
 * @param file resident pages of mapped files
 */
record ProcessMemory(long heap, long anonymous, long file) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double MIB = 1 << 20;

  static ProcessMemory now() throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long heap = runtime.totalMemory() - runtime.freeMemory();
    long anonymous = 0;
    long file = 0;
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("RssAnon:")) {
        anonymous = bytes(line);
      } else if (line.startsWith("RssFile:") || line.startsWith("RssShmem:")) {
        file += bytes(line);
      }
    }
    return new ProcessMemory(heap, anonymous, file);
  }

  /** "RssAnon: 1234 kB". */
  private static long bytes(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
  }

  Map<Measure, Figure> since(ProcessMemory before) {
    return Map.of(
        Measure.HEAP_MIB, Figure.of((heap - before.heap) / MIB),
        Measure.NATIVE_MIB, Figure.of((anonymous - before.anonymous) / MIB),
        Measure.MAPPED_MIB, Figure.of((file - before.file) / MIB));
  }
}
