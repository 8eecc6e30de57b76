package io.tidemark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * A Flink cluster of its own: a job manager, a task manager, and a second one that takes the place
 * of the first when that stands still. Not thread-safe, but for {@link #close}.
 */
final class FlinkProcesses implements AutoCloseable {
  private static final Duration REPLACEMENT_PATIENCE = Duration.ofSeconds(90);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
  private static final String LOGGING = "flink-log4j2.xml";
  private static final String HEARTBEATS =
      """
      heartbeat.interval: 1000
      heartbeat.timeout: 6000
      execution.checkpointing.num-retained: 3
      """;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper mapper = new ObjectMapper();
  private final URI rest;
  private final ChildProcess jobs;
  private final ClockShift clock;
  private ChildProcess tasks;
  private ChildProcess spare;

  FlinkProcesses(Installation installation, Path directory, int restPort, int rpcPort)
      throws IOException {
    rest = URI.create("http://" + Installation.HOST + ":" + restPort);
    String master = "jobmanager.rpc.address: 127.0.0.1\njobmanager.rpc.port: " + rpcPort + "\n";
    jobs =
        process(
            installation,
            directory.resolve("job-manager"),
            "-Xmx256m",
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            master
                + HEARTBEATS
                + """
                jobmanager.bind-host: 127.0.0.1
                rest.address: 127.0.0.1
                rest.bind-address: 127.0.0.1
                rest.port: %d
                """
                    .formatted(restPort),
            Map.of());
    clock = new ClockShift(directory.resolve("task-manager.clock"));
    tasks = taskManager(installation, directory.resolve("task-manager-a"), master);
    spare = taskManager(installation, directory.resolve("task-manager-b"), master);
  }

  private ChildProcess taskManager(Installation installation, Path directory, String master)
      throws IOException {
    return process(
        installation,
        directory,
        "-Xmx512m",
        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
        master
            + HEARTBEATS
            + """
            taskmanager.host: 127.0.0.1
            taskmanager.bind-host: 127.0.0.1
            taskmanager.numberOfTaskSlots: 16
            taskmanager.cpu.cores: 2
            taskmanager.memory.framework.heap.size: 64m
            taskmanager.memory.framework.off-heap.size: 64m
            taskmanager.memory.jvm-metaspace.size: 256m
            taskmanager.memory.jvm-overhead.min: 128m
            taskmanager.memory.jvm-overhead.max: 128m
            taskmanager.memory.task.heap.size: 256m
            taskmanager.memory.task.off-heap.size: 0m
            taskmanager.memory.managed.size: 32m
            taskmanager.memory.network.min: 64m
            taskmanager.memory.network.max: 64m
            """,
        clock.environment());
  }

  private static ChildProcess process(
      Installation installation,
      Path directory,
      String heap,
      String mainClass,
      String configuration,
      Map<String, String> environment)
      throws IOException {
    Files.createDirectories(directory.resolve("tmp"));
    Files.writeString(
        directory.resolve("config.yaml"),
        configuration + "io.tmp.dirs: " + directory.resolve("tmp") + "\n");
    Path logging = directory.resolve(LOGGING);
    try (InputStream settings = FlinkProcesses.class.getResourceAsStream("/" + LOGGING)) {
      Files.copy(Objects.requireNonNull(settings), logging, StandardCopyOption.REPLACE_EXISTING);
    }
    return new ChildProcess(
        directory.getFileName().toString(),
        installation.main(
            mainClass,
            List.of(
                heap,
                "-Dlog4j2.configurationFile=" + logging,
                "-Dtidemark.logs=" + directory.resolve("logs")),
            List.of("--configDir", directory.toString())),
        environment,
        directory.resolve("out"));
  }

  void start() throws IOException {
    jobs.start();
    tasks.start();
  }

  /** The job manager's REST interface. */
  URI rest() {
    return rest;
  }

  /** The clock of the task managers. */
  ClockShift clock() {
    return clock;
  }

  /** Processes that should run. */
  List<ChildProcess> running() {
    return List.of(jobs, tasks);
  }

  String killTasks() throws IOException, InterruptedException {
    return tasks.killAndRestart();
  }

  String pauseTasks(Random random) throws IOException, InterruptedException {
    return tasks.pause(Moments.between(random, 500, 4_000));
  }

  /** The task manager stands still until the jobs run in another, and then goes on. */
  String zombie(Random random) throws IOException, InterruptedException {
    ChildProcess zombie = tasks;
    zombie.pause();
    boolean replaced;
    Duration after = Moments.between(random, 2_000, 6_000);
    try {
      spare.start();
      replaced = Moments.await(REPLACEMENT_PATIENCE, this::isReplaced);
      zombie.resume();
      Moments.pass(after);
    } finally {
      zombie.kill();
    }
    tasks = spare;
    spare = zombie;
    return zombie.name()
        + (replaced ? " was replaced, woke up" : " stood still, was not replaced, woke up")
        + " and was killed "
        + after.toMillis()
        + " ms later";
  }

  /** Whether one task manager is left, and all tasks of all jobs run there. */
  private boolean isReplaced() throws IOException, InterruptedException {
    if (get("/taskmanagers").path("taskmanagers").size() != 1) {
      return false;
    }
    for (JsonNode job : get("/jobs/overview").path("jobs")) {
      JsonNode counts = job.path("tasks");
      boolean live = job.path("end-time").asLong() < 0;
      if (live && counts.path("running").asInt() != counts.path("total").asInt()) {
        return false;
      }
    }
    return true;
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(rest.resolve(path)).timeout(CALL_TIMEOUT).build();
    return mapper.readTree(http.send(request, HttpResponse.BodyHandlers.ofByteArray()).body());
  }

  @Override
  public void close() {
    jobs.close();
    tasks.close();
    spare.close();
  }
}
