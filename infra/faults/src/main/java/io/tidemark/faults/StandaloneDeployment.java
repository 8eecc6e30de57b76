package io.tidemark.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The standalone server: everything in one process, which is killed or paused as a whole. */
final class StandaloneDeployment implements Deployment {
  private final Served server;
  private final ClockShift clock;
  private final Path data;
  private final URI http;
  private final String bootstrapServers;

  private StandaloneDeployment(Installation installation, Path directory) throws IOException {
    List<Integer> ports = Installation.freePorts(3);
    data = directory.resolve("data");
    http = URI.create("http://" + Installation.HOST + ":" + ports.get(0));
    bootstrapServers = Installation.HOST + ":" + ports.get(1);
    clock = new ClockShift(directory.resolve("server.clock"));
    ChildProcess process =
        new ChildProcess(
            "server",
            installation.tidemark(
                List.of(installation.serverOptions()),
                List.of(
                    "up",
                    "--data",
                    data.toString(),
                    "--http-port",
                    Integer.toString(ports.get(0)),
                    "--kafka-port",
                    Integer.toString(ports.get(1)),
                    "--registry-port",
                    Integer.toString(ports.get(2)))),
            clock.environment(),
            directory.resolve("server.out"));
    server = new Served(process, ports.get(0));
  }

  /** Starts it on a directory of that directory; returns when it is up. */
  static StandaloneDeployment start(Installation installation, Path directory)
      throws IOException, InterruptedException {
    StandaloneDeployment deployment = new StandaloneDeployment(installation, directory);
    try {
      deployment.server.start();
      CheckpointFailure.prepare(deployment.data.resolve("checkpoints"));
      return deployment;
    } catch (IOException | InterruptedException | RuntimeException e) {
      deployment.close();
      throw e;
    }
  }

  @Override
  public List<URI> nodes() {
    return List.of(http);
  }

  @Override
  public String bootstrapServers() {
    return bootstrapServers;
  }

  @Override
  public Map<FaultKind, Fault> faults() {
    Map<FaultKind, Fault> faults = new EnumMap<>(FaultKind.class);
    faults.put(FaultKind.KILL_SERVER, random -> server.killAndRestart());
    faults.put(FaultKind.PAUSE_SERVER, random -> server.pause(random, 500, 5_000));
    faults.put(FaultKind.FAIL_CHECKPOINTS, new CheckpointFailure(data.resolve("checkpoints")));
    if (clock.isPossible()) {
      faults.put(FaultKind.STEP_CLOCK, clock::step);
    }
    return faults;
  }

  @Override
  public Map<FaultKind, String> skipped() {
    return clock.isPossible() ? Map.of() : Map.of(FaultKind.STEP_CLOCK, ClockShift.MISSING);
  }

  @Override
  public List<String> troubles() {
    return server.process().isAlive() ? List.of() : List.of("the server has ended by itself");
  }

  @Override
  public void close() {
    server.process().close();
  }
}
