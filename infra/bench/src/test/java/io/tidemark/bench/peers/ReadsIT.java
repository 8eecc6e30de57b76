package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of the experiment, with the server that the build has made just before. */
class ReadsIT {
  private static final long KEYS = 2_000;
  private static final Path HOME = Path.of("../..");

  private static final ReadPace SHORT =
      new ReadPace(
          List.of(1, 8), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 20);

  @TempDir Path directory;

  @Test
  void readsOfTidemarkAndOfTheBareFrameworkAreMeasured() throws Exception {
    assumeTrue(Program.WRK.find().isPresent(), Program.WRK.advice());
    try (ReadsTrial tidemark = (ReadsTrial) prepare(Peer.TIDEMARK);
        Trial bare = prepare(Peer.BARE_VERTX)) {
      // Else the constant is no measure of what the framework can do with such a reply.
      assertThat(ConstantReads.BODY.length())
          .isCloseTo(tidemark.reads().readOne(ReadKind.POINT).body().length(), within(20));

      Map<Measure, Double> rows = tidemark.measure();
      Map<Measure, Double> constants = bare.measure();

      for (int connections : SHORT.connections()) {
        for (ReadKind kind : ReadKind.values()) {
          assertThat(rows).containsKeys(ReadMeasures.of(kind, connections).toArray(Measure[]::new));
        }
        assertThat(constants)
            .containsOnlyKeys(
                SHORT.connections().stream()
                    .flatMap(each -> ReadMeasures.of(ReadKind.POINT, each).stream())
                    .toArray(Measure[]::new));
      }
      assertThat(rows.values()).allSatisfy(figure -> assertThat(figure).isPositive());
      assertThat(constants.values()).allSatisfy(figure -> assertThat(figure).isPositive());
    }
  }

  private Trial prepare(Peer peer) throws Exception {
    Path place = Files.createDirectories(directory.resolve(peer.name()));
    return new ReadsExperiment(SHORT)
        .cases(new Effort(List.of(KEYS), 1))
        .get(0)
        .prepare(peer, new Workplace(HOME, place, null));
  }
}
