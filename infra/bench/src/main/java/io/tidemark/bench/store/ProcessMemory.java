package io.tidemark.bench.store;

import io.tidemark.bench.run.Figure;
import io.tidemark.bench.run.ResidentPages;
import java.io.IOException;
import java.util.Map;

/**
 * What this process holds, in bytes. The heap is touched as a whole at the start of a worker, so
 * that its pages do not count as the store's.
 *
 * @param heap in use after a collection
 */
record ProcessMemory(long heap, ResidentPages resident) {
  private static final double MIB = 1 << 20;

  static ProcessMemory now() throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long heap = runtime.totalMemory() - runtime.freeMemory();
    return new ProcessMemory(heap, ResidentPages.of(ProcessHandle.current().pid()));
  }

  Map<Measure, Figure> since(ProcessMemory before) {
    return Map.of(
        Measure.HEAP_MIB, Figure.of((heap - before.heap) / MIB),
        Measure.NATIVE_MIB, Figure.of((resident.anonymous() - before.resident.anonymous()) / MIB),
        Measure.MAPPED_MIB, Figure.of((resident.file() - before.resident.file()) / MIB));
  }
}
