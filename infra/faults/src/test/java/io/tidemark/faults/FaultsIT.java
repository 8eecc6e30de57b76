package io.tidemark.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every fault once, and no promise broken. {@code -Dtidemark.faults.seed=…} for the same faults
 * again; {@code infra/faults/run} for longer runs.
 */
class FaultsIT {
  private static final long SEED = Long.getLong("tidemark.faults.seed", System.nanoTime());

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Deployments.class)
  void noPromiseIsBrokenByAnyFault(Deployments which) throws Exception {
    System.out.println("FaultsIT: " + which.text() + ", seed " + SEED);
    FaultRun.Plan plan =
        new FaultRun.Plan(
            SEED, Duration.ZERO, EnumSet.allOf(FaultKind.class), Duration.ofSeconds(3), directory);
    try (Deployment deployment = which.start(Installation.in(Path.of("../..")), directory)) {
      Summary summary =
          new FaultRun(
                  which.text(),
                  deployment,
                  plan,
                  line -> System.out.println("FaultsIT: " + which.text() + ": " + line))
              .run();
      System.out.println(summary.text());
      assertThat(summary.isClean()).as(summary::text).isTrue();
      assertThat(summary.faults().keySet()).isEqualTo(deployment.faults().keySet());
    }
  }
}
