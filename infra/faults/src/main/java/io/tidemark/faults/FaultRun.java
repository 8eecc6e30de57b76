package io.tidemark.faults;

import io.tidemark.checker.Checker;
import io.tidemark.checker.History;
import io.tidemark.checker.HistoryRecorder;
import io.tidemark.checker.HistoryWriter;
import io.tidemark.checker.Level;
import io.tidemark.checker.ViewModel;
import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.TidemarkClient;
import io.tidemark.faults.SubjectView.SubjectLog;
import io.tidemark.log.Token;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One run over one deployment, from its start to the judgement. Used by one thread. */
final class FaultRun {
  private static final Duration START_PATIENCE = Duration.ofMinutes(10);
  private static final Duration REST_PATIENCE = Duration.ofMinutes(10);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

  /**
   * What to do.
   *
   * @param length of the load; it goes on until each fault has been injected once
   * @param kinds the faults wanted
   * @param longestPause between two faults
   * @param output where the history and the summary go
   */
  record Plan(
      long seed, Duration length, Set<FaultKind> kinds, Duration longestPause, Path output) {}

  private final String name;
  private final Deployment deployment;
  private final Plan plan;
  private final Consumer<String> progress;
  private final HistoryRecorder recorder = new HistoryRecorder();
  private final Tally tally = new Tally();
  private final List<String> troubles = new ArrayList<>();

  FaultRun(String name, Deployment deployment, Plan plan, Consumer<String> progress) {
    this.name = name;
    this.deployment = deployment;
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Does the run and writes {@code history.jsonl} and {@code summary.txt}. The deployment stays.
   *
   * @throws IllegalStateException when the system does not come up, before anything is broken
   */
  Summary run() throws Exception {
    Random random = new Random(plan.seed());
    Nodes nodes = new Nodes(setUp(), deployment.nodes(), READ_TIMEOUT);
    progress.accept("the load begins");
    Map<FaultKind, Deployment.Fault> faults = new EnumMap<>(FaultKind.class);
    faults.putAll(deployment.faults());
    faults.keySet().retainAll(plan.kinds());
    Load load = Load.start(nodes, recorder, tally, random);
    FaultSchedule schedule =
        new FaultSchedule(faults, plan.longestPause(), () -> readable(nodes), random, progress);
    long beginNs = System.nanoTime();
    try {
      schedule.run(plan.length());
    } finally {
      load.end();
    }
    double seconds = (System.nanoTime() - beginNs) / 1e9;
    progress.accept("the load has ended, waiting for rest");
    finish(nodes);
    History history = recorder.history(models(), List.of());
    Files.createDirectories(plan.output());
    HistoryWriter.write(history, plan.output().resolve("history.jsonl"));
    progress.accept("judging the history");
    Summary summary =
        new Summary(
            name,
            plan.seed(),
            seconds,
            schedule.injected(),
            deployment.skipped(),
            tally.errors(),
            troubles,
            Checker.check(history));
    Files.writeString(plan.output().resolve("summary.txt"), summary.text());
    return summary;
  }

  private static List<ViewModel> models() {
    return SubjectView.VIEWS.stream().<ViewModel>map(SubjectView::model).toList();
  }

  /** Creates logs and views, and returns the cluster's id once every node serves all views. */
  private String setUp() throws InterruptedException {
    TidemarkClient client = TidemarkClient.of(deployment.nodes().get(0));
    require(() -> client.logs() != null, "no node answers");
    for (SubjectLog log : SubjectView.LOGS) {
      create(log.name(), () -> client.createLog(log.name(), SubjectView.SCHEMA, log.partitions()));
    }
    // Each takes seconds, most of which are waited through.
    SubjectView.VIEWS.stream()
        .filter(view -> !view.model().overView())
        .parallel()
        .forEach(view -> create(view.name(), () -> client.createView(view.name(), view.sql())));
    SubjectView.VIEWS.stream()
        .filter(view -> view.model().overView())
        .forEach(view -> create(view.name(), () -> client.createView(view.name(), view.sql())));
    progress.accept("all views are accepted");
    String[] clusterId = {""};
    for (URI node : deployment.nodes()) {
      for (SubjectView view : SubjectView.VIEWS) {
        TidemarkClient reader = TidemarkClient.of(node);
        require(
            () -> {
              String token =
                  reader.get(ConsistencyLevel.STRONG, view.name(), "none").read().token();
              clusterId[0] = Token.parse(token).clusterId();
              return true;
            },
            "view " + view.name() + " is not served by " + node);
      }
    }
    return clusterId[0];
  }

  /** Asked again where the answer did not come in time: what is there already stays as it is. */
  private static void create(String name, Runnable request) {
    try {
      require(
          () -> {
            request.run();
            return true;
          },
          name + " is not created");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " is created", e);
    }
  }

  private static void require(Moments.Condition condition, String otherwise)
      throws InterruptedException {
    AtomicReference<@Nullable Exception> last = new AtomicReference<>();
    Moments.Condition remembered =
        () -> {
          try {
            return condition.holds();
          } catch (Exception e) {
            last.set(e);
            throw e;
          }
        };
    if (!Moments.await(START_PATIENCE, remembered)) {
      throw new IllegalStateException("the system does not come up: " + otherwise, last.get());
    }
  }

  /**
   * Waits until every view reflects everything, reads all of it at every node, and scans the logs.
   * An append that nobody got an answer of may still arrive: then it is all done again.
   */
  private void finish(Nodes nodes) throws InterruptedException, IOException {
    Map<TopicPartition, Long> before = Map.of();
    try (LogScan scan = new LogScan(deployment.bootstrapServers())) {
      boolean quiet =
          Moments.await(
              REST_PATIENCE,
              () -> {
                Map<TopicPartition, Long> begin = scan.ends();
                return readable(nodes) && scan.ends().equals(begin);
              });
      if (!quiet) {
        troubles.add("the system did not come to rest within " + REST_PATIENCE);
      }
      before = scan.ends();
      scan.record(recorder);
      if (quiet) {
        readAll(nodes);
      }
      if (!scan.ends().equals(before)) {
        troubles.add("an append arrived after the end, so what was read last cannot be judged");
      }
    }
    troubles.addAll(deployment.troubles());
  }

  private static boolean readable(Nodes nodes) {
    for (int node = 0; node < nodes.count(); node++) {
      for (SubjectView view : SubjectView.VIEWS) {
        nodes.client(node).get(ConsistencyLevel.STRONG, view.name(), view.keys().get(0));
      }
    }
    return true;
  }

  private void readAll(Nodes nodes) throws InterruptedException {
    Session session = new Session("last", nodes, recorder, tally);
    for (int node = 0; node < nodes.count(); node++) {
      for (SubjectView view : SubjectView.VIEWS) {
        int number = node;
        if (!Moments.await(REST_PATIENCE, () -> session.scan(number, Level.STRONG, view, true))) {
          troubles.add(view.name() + " could not be read in the end at " + nodes.name(node));
        }
      }
    }
  }
}
