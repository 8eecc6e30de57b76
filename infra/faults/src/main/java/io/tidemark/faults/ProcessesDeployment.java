package io.tidemark.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Every part in a process of its own: a broker with the registry, a Flink cluster, the deployer,
 * and two nodes, which are replicas of each other.
 */
final class ProcessesDeployment implements Deployment {
  private static final int NODES = 2;

  /**
   * How long a process tries to start while what it needs is away. Longer than the command's own
   * minute, which is what a broker takes to be back on a machine that is much too busy.
   */
  private static final String LONGEST_START = "5m";

  private final Served broker;
  private final FlinkProcesses flink;
  private final ChildProcess deployer;
  private final List<Served> nodes = new ArrayList<>();
  private final List<ClockShift> clocks = new ArrayList<>();
  private final Path checkpoints;
  private final String bootstrapServers;

  private ProcessesDeployment(Installation installation, Path directory) throws IOException {
    List<Integer> ports = Installation.freePorts(4 + NODES);
    bootstrapServers = Installation.HOST + ":" + ports.get(0);
    String registry = "http://" + Installation.HOST + ":" + ports.get(1);
    checkpoints = directory.resolve("checkpoints");
    CheckpointFailure.prepare(checkpoints);
    broker =
        new Served(
            process(
                installation,
                directory.resolve("broker"),
                "-Xmx256m",
                Map.of(),
                "broker",
                "--kafka-port",
                Integer.toString(ports.get(0)),
                "--registry-port",
                Integer.toString(ports.get(1))),
            ports.get(1));
    flink = new FlinkProcesses(installation, directory, ports.get(2 + NODES), ports.get(3 + NODES));
    List<String> cluster = List.of("--kafka", bootstrapServers, "--registry", registry);
    deployer =
        process(
            installation,
            directory.resolve("deployer"),
            "-Xmx256m",
            Map.of(),
            with(
                cluster,
                "deployer",
                "--flink",
                flink.rest().toString(),
                "--checkpoints",
                checkpoints.toString()));
    for (int i = 0; i < NODES; i++) {
      int port = ports.get(2 + i);
      ClockShift clock = new ClockShift(directory.resolve("node" + i + ".clock"));
      clocks.add(clock);
      nodes.add(
          new Served(
              process(
                  installation,
                  directory.resolve("node" + i),
                  "-Xmx512m",
                  clock.environment(),
                  with(cluster, "node", "--http-port", Integer.toString(port))),
              port));
    }
    clocks.add(flink.clock());
  }

  private static String[] with(List<String> cluster, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(cluster);
    return all.toArray(String[]::new);
  }

  private static ChildProcess process(
      Installation installation,
      Path directory,
      String heap,
      Map<String, String> environment,
      String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", directory.toString(), "--wait", LONGEST_START));
    return new ChildProcess(
        directory.getFileName().toString(),
        installation.tidemark(List.of(heap, "-XX:+ExitOnOutOfMemoryError"), all),
        environment,
        directory.resolve("out"));
  }

  /** Starts everything in that directory; returns before the nodes have caught up. */
  static ProcessesDeployment start(Installation installation, Path directory)
      throws IOException, InterruptedException {
    ProcessesDeployment deployment = new ProcessesDeployment(installation, directory);
    try {
      deployment.flink.start();
      deployment.broker.start();
      deployment.deployer.start();
      for (Served node : deployment.nodes) {
        node.start();
      }
      return deployment;
    } catch (IOException | InterruptedException | RuntimeException e) {
      deployment.close();
      throw e;
    }
  }

  @Override
  public List<URI> nodes() {
    return nodes.stream()
        .map(node -> URI.create("http://" + Installation.HOST + ":" + node.port()))
        .toList();
  }

  @Override
  public String bootstrapServers() {
    return bootstrapServers;
  }

  @Override
  public Map<FaultKind, Fault> faults() {
    Map<FaultKind, Fault> faults = new EnumMap<>(FaultKind.class);
    faults.put(FaultKind.KILL_TASKS, random -> flink.killTasks());
    faults.put(FaultKind.PAUSE_TASKS, flink::pauseTasks);
    faults.put(FaultKind.ZOMBIE_WRITER, flink::zombie);
    faults.put(FaultKind.RESTART_JOBS, random -> deployer.killAndRestart());
    faults.put(FaultKind.KILL_NODE, random -> one(nodes, random).killAndRestart());
    faults.put(FaultKind.PAUSE_NODE, random -> one(nodes, random).pause(random, 500, 4_000));
    faults.put(FaultKind.KILL_BROKER, random -> broker.killAndRestart());
    faults.put(FaultKind.FAIL_CHECKPOINTS, new CheckpointFailure(checkpoints));
    if (clocks.get(0).isPossible()) {
      faults.put(FaultKind.STEP_CLOCK, this::stepClock);
    }
    return faults;
  }

  private String stepClock(Random random) throws IOException {
    int which = random.nextInt(clocks.size());
    String whose = which < nodes.size() ? nodes.get(which).process().name() : "the task managers";
    return whose + ": " + clocks.get(which).step(random);
  }

  private static <T> T one(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  @Override
  public Map<FaultKind, String> skipped() {
    return clocks.get(0).isPossible() ? Map.of() : Map.of(FaultKind.STEP_CLOCK, ClockShift.MISSING);
  }

  @Override
  public List<String> troubles() {
    List<ChildProcess> all = new ArrayList<>(flink.running());
    all.add(broker.process());
    all.add(deployer);
    nodes.forEach(node -> all.add(node.process()));
    return all.stream()
        .filter(process -> !process.isAlive())
        .map(process -> process.name() + " has ended by itself")
        .toList();
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.process().close());
    deployer.close();
    flink.close();
    broker.process().close();
  }
}
