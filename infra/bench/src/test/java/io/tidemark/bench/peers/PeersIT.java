package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The experiments with real processes and next to no events: that they work and that their answers
 * are right, not how quick anything is.
 */
@Tag("long")
class PeersIT {
  private static final Effort SMALL = new Effort(List.of(4_000L), 1);

  @TempDir Path directory;

  @Test
  void viewsAreMaterializedByTidemarkAndKafkaStreams() throws Exception {
    assertMeasured(
        Experiments.MATERIALIZE,
        "count and sum per key, joined",
        List.of(Peer.TIDEMARK, Peer.STREAMS_EOS));
  }

  @Test
  void rowsAreRightAfterARestartWithoutLocalState() throws Exception {
    // Exactly once: else a commit comes only every 30 s, and is waited for.
    assertMeasured(Experiments.RESTART, "deleted", List.of(Peer.TIDEMARK_NODE, Peer.STREAMS_EOS));
  }

  private void assertMeasured(Experiments which, String cases, List<Peer> peers) throws Exception {
    Experiment experiment = new Chosen(which.experiment(), peers, cases);
    StringWriter said = new StringWriter();

    Results results =
        new Rounds(SMALL, Path.of("../.."), directory, null, () -> true, new PrintWriter(said))
            .measure(experiment);

    assertThat(results.failures()).as(said.toString()).isEmpty();
    String title = experiment.cases(SMALL).get(0).title();
    for (Peer peer : peers) {
      Measure first = experiment.measures().get(0);
      assertThat(results.figure(title, peer, first))
          .as("%s of %s", first.title(), peer)
          .isPresent();
    }
    assertThat(directory).isEmptyDirectory();
  }
}
