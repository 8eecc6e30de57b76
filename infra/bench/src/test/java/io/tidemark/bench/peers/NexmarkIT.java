package io.tidemark.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bench.events.Nexmark;
import io.tidemark.bench.run.ServerProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Every query gives what plain Java gives; each kind of topology of Kafka Streams does, too. */
@Tag("long")
class NexmarkIT {
  private static final Nexmark NEXMARK = new Nexmark(5_000, 17);

  @TempDir static Path directory;

  private static ServerProcess server;

  @BeforeAll
  static void fillAllLogs() throws Exception {
    server = ServerProcess.start(Path.of("../.."), directory, List.of());
    TidemarkView.fill(server, new NexmarkWork(NexmarkQuery.Q0, NEXMARK));
    TidemarkView.fill(server, new NexmarkWork(NexmarkQuery.Q3, NEXMARK));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void tidemarkAnswersRight(NexmarkQuery query) throws Exception {
    NexmarkWork work = new NexmarkWork(query, NEXMARK);
    assertThat(work.expected().rows()).as("a query without rows shows nothing").isPositive();
    TidemarkView view = TidemarkView.on(server, work, "view_" + query.name().toLowerCase());

    view.materialize();

    view.verify();
  }

  /** A process each, so only one of q0 to q2, which differ in what is kept of a bid. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"Q2", "Q3", "Q8"})
  void kafkaStreamsAnswersRight(NexmarkQuery query) throws Exception {
    Path own = directory.resolve(query.name());
    try (StreamsView view =
        StreamsView.start(
            server,
            new NexmarkWork(query, NEXMARK),
            new Workplace(Path.of("../.."), own, null),
            false)) {
      // Does not return before the rows add up.
      view.materialize();
    }
  }
}
