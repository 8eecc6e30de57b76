package io.tidemark.bench.peers;

import io.tidemark.bench.run.Disk;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.TidemarkClient;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.Retry;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The standalone server, or a node alone beside it. */
final class TidemarkRestart implements Trial {
  private final RestartCase one;
  private final Workplace place;
  private final ServerProcess server;
  private final boolean alone;
  private @Nullable ServerProcess started;

  TidemarkRestart(RestartCase one, Workplace place, ServerProcess server, boolean alone) {
    this.one = one;
    this.place = place;
    this.server = server;
    this.alone = alone;
  }

  /** Returns when the process that is to be killed has everything. */
  void ready() throws IOException, InterruptedException {
    ServerProcess node = alone ? start() : server;
    awaitRight(node, ConsistencyLevel.STRONG, System.nanoTime());
  }

  private ServerProcess start() throws IOException, InterruptedException {
    Path again = place.directory();
    ServerProcess process =
        alone
            ? server.startNode(place.home(), again, place.jvmOptions())
            : ServerProcess.start(place.home(), again, place.jvmOptions());
    started = process;
    return process;
  }

  @Override
  public Map<Measure, Double> measure() throws Exception {
    ServerProcess node = started == null ? server : started;
    node.process().kill();
    if (!one.kept()) {
      Disk.delete(place.directory().resolve(ServerProcess.NODE_DATA));
    }
    long beganNs = System.nanoTime();
    ServerProcess again = start();
    double usable = awaitRight(again, ConsistencyLevel.EVENTUAL, beganNs);
    double strong = awaitRight(again, ConsistencyLevel.STRONG, beganNs);
    return Map.of(RestartExperiment.USABLE, usable, RestartExperiment.STRONG, strong);
  }

  private double awaitRight(ServerProcess node, ConsistencyLevel level, long beganNs)
      throws IOException, InterruptedException {
    TidemarkClient client = TidemarkClient.of(node.http());
    return one.await(
        beganNs,
        "right rows at " + level,
        keys -> {
          try {
            return client
                .getAll(level, TidemarkView.VIEW, keys.stream().map(List::of).toList())
                .rows()
                .stream()
                .map(row -> row.row().map(TidemarkRestart::tally).orElse(RestartCase.Tally.NONE))
                .toList();
          } catch (TidemarkException e) {
            // A node that has only begun does not know of the view.
            if (e.retry() == Retry.NEVER && e.code() != ErrorCode.UNKNOWN_VIEW) {
              throw e;
            }
            return List.of();
          }
        });
  }

  private static RestartCase.Tally tally(Map<String, @Nullable Object> row) {
    return new RestartCase.Tally(row.get("sales"), row.get("total"));
  }

  @Override
  public void close() {
    if (started != null) {
      started.close();
    }
    server.close();
  }
}
