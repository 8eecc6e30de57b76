package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The experiments with real processes and next to no events: that they work and that their answers
 * are right, not how quick anything is.
 */
class PeersIT {
  private static final Effort SMALL = new Effort(List.of(4_000L), 1);

  @TempDir Path directory;

  @Test
  void viewsAreMaterializedByTidemarkAndKafkaStreams() throws Exception {
    Experiment experiment =
        new Chosen(
            Experiments.MATERIALIZE.experiment(),
            List.of(Peer.TIDEMARK, Peer.STREAMS_EOS),
            "count and sum per key, joined");
    StringWriter said = new StringWriter();

    Results results =
        new Rounds(SMALL, Path.of("../.."), directory, null, new PrintWriter(said))
            .measure(List.of(experiment));

    assertThat(results.failures()).as(said.toString()).isEmpty();
    String title = experiment.cases(SMALL).get(0).title();
    for (Peer peer : List.of(Peer.TIDEMARK, Peer.STREAMS_EOS)) {
      for (Measure measure : experiment.measures()) {
        assertThat(results.figure(experiment, title, peer, measure))
            .as("%s of %s", measure.title(), peer)
            .isPresent();
      }
    }
    assertThat(directory).isEmptyDirectory();
  }
}
