package io.tidemark.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.bench.run.ServerProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The process of Kafka Streams. */
record StreamsRestart(RestartCase one, ServerProcess server, StreamsView view) implements Trial {
  /** Returns when all that is to be done is done and committed. */
  void ready() throws IOException, InterruptedException {
    view.materialize();
    view.awaitCommitted();
    view.keepClasses();
  }

  @Override
  public Map<Measure, Double> measure() throws Exception {
    view.kill();
    if (!one.kept()) {
      view.deleteState();
    }
    long beganNs = System.nanoTime();
    view.startAgain();
    return Map.of(RestartExperiment.USABLE, one.await(beganNs, "right rows", this::read));
  }

  private List<RestartCase.Tally> read(List<String> keys) throws IOException, InterruptedException {
    Optional<JsonNode> rows = view.process().rows(keys);
    return rows.isEmpty()
        ? List.of()
        : IntStream.range(0, keys.size()).mapToObj(place -> tally(rows.get().path(place))).toList();
  }

  private static RestartCase.Tally tally(JsonNode row) {
    return new RestartCase.Tally(row.path("sales").numberValue(), row.path("total").numberValue());
  }

  @Override
  public void close() {
    view.close();
    server.close();
  }
}
