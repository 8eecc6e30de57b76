package io.tidemark.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.bench.run.ServerProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    List<String> keys = one.keys();
    return Map.of(
        RestartExperiment.USABLE, RestartCase.await(beganNs, "right rows", () -> areRight(keys)));
  }

  private boolean areRight(List<String> keys) throws IOException, InterruptedException {
    Optional<JsonNode> rows = view.process().rows(keys);
    if (rows.isEmpty()) {
      return false;
    }
    for (int i = 0; i < keys.size(); i++) {
      JsonNode row = rows.get().path(i);
      if (!one.isRight(i, row.path("sales").numberValue(), row.path("total").numberValue())) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    view.close();
    server.close();
  }
}
