package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergePolicyTest {
  private static final int FLUSHES = 152;

  private final List<Long> sizes = new ArrayList<>();
  private long written;

  private int choose(long maxBytes, boolean quiet) {
    return MergePolicy.oldestToMerge(
        sizes.stream().mapToLong(Long::longValue).toArray(), maxBytes, quiet);
  }

  private void merge(long maxBytes, boolean quiet) {
    for (int oldest = choose(maxBytes, quiet); oldest >= 0; oldest = choose(maxBytes, quiet)) {
      List<Long> merged = sizes.subList(oldest, sizes.size());
      assertThat(merged).hasSizeGreaterThan(1);
      long sum = merged.stream().mapToLong(Long::longValue).sum();
      assertThat(sum).isLessThanOrEqualTo(maxBytes);
      merged.clear();
      sizes.add(sum);
      written += sum;
    }
  }

  @Test
  void runsStayFewAndKeysAreWrittenSeldom() {
    for (int i = 0; i < FLUSHES; i++) {
      sizes.add(1L);
      written++;
      merge(Long.MAX_VALUE, false);
      assertThat(sizes).hasSizeLessThanOrEqualTo(MergePolicy.MAX_RUNS);
    }
    double logarithm = Math.log(FLUSHES) / Math.log(4);
    assertThat((double) written / FLUSHES).isLessThan(1.1 * (logarithm + 1));
    merge(Long.MAX_VALUE, true);
    assertThat(sizes).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void aSmallRunDoesNotMakeAQuietIndexRewriteALargeOne() {
    sizes.addAll(List.of(1_000L, 10L));
    assertThat(choose(Long.MAX_VALUE, true)).isNegative();
    sizes.add(120L);
    assertThat(choose(Long.MAX_VALUE, true)).isZero();
  }

  @Test
  void nothingIsMergedThatMayNotFitIntoAFile() {
    for (int i = 0; i < 200; i++) {
      sizes.add(1L);
      merge(25, i % 3 == 0);
    }
    assertThat(sizes).allMatch(size -> size <= 25);
    assertThat(sizes).hasSizeLessThan(20);
  }
}
