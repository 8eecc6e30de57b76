package io.tidemark.bench.peers;

import io.tidemark.bench.run.ChildProcess;
import io.tidemark.bench.run.Disk;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.bench.streams.StreamsProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The same as a Kafka Streams application, on the broker of a server. For one thread. */
final class StreamsView implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int POLL_MS = 10;
  private static final Set<String> WORKING = Set.of("CREATED", "REBALANCING", "RUNNING");

  private final ViewWork work;
  private final StreamsProcess.Config config;
  private StreamsProcess streams;
  private List<String> again = List.of();

  private StreamsView(ViewWork work, StreamsProcess.Config config, StreamsProcess streams) {
    this.work = work;
    this.config = config;
    this.streams = streams;
  }

  /** Starts the application's process, which does nothing yet. */
  static StreamsView start(
      ServerProcess server, ViewWork work, Workplace place, boolean exactlyOnce)
      throws IOException, InterruptedException {
    return start(server, work, place, exactlyOnce, List.of());
  }

  /**
   * The same with more options of the JVM.
   *
   * @param jvmOptions of this process only, beside those of the place
   */
  static StreamsView start(
      ServerProcess server,
      ViewWork work,
      Workplace place,
      boolean exactlyOnce,
      List<String> jvmOptions)
      throws IOException, InterruptedException {
    StreamsProcess.Config config =
        new StreamsProcess.Config(
            work.topology()
                .orElseThrow(() -> new IllegalArgumentException("no topology: " + work.title())),
            server.kafka(),
            place.directory(),
            ViewWork.PARTITIONS,
            exactlyOnce,
            false,
            place.jvmOptions());
    return new StreamsView(work, config, StreamsProcess.start(config.with(jvmOptions)));
  }

  /**
   * Writes down the classes of a process with {@link ChildProcess#CLASSES_KEPT} for the next one,
   * as it is done for Tidemark's.
   */
  void keepClasses() throws IOException, InterruptedException {
    Path classes = config.directory().resolve("classes.jsa");
    streams.process().keepClasses(classes, config.directory().resolve("classes.out"));
    again = ChildProcess.usingClasses(classes);
  }

  /** The application's process. */
  StreamsProcess process() {
    return streams;
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    streams.process().kill();
  }

  /** Deletes the local state of a process that is not running. */
  void deleteState() throws IOException {
    Disk.delete(config.state());
  }

  /** Starts another process, which goes on where the one that was killed has ended. */
  void startAgain() throws IOException, InterruptedException {
    streams.close();
    streams = StreamsProcess.start(config.startingNow().with(again));
  }

  /**
   * Begins the work and returns when it is complete: the rows of the store add up, and what is done
   * exactly once is committed.
   */
  Completion materialize() throws IOException, InterruptedException {
    ViewWork.Totals expected = work.expected();
    long beganNs = System.nanoTime();
    streams.begin();
    long firstNs = 0;
    long reflectedFirst = 0;
    while (true) {
      StreamsProcess.Progress progress = streams.progress();
      if (firstNs == 0 && progress.processed() > 0) {
        firstNs = System.nanoTime() - beganNs;
        reflectedFirst = progress.processed();
      }
      if (!WORKING.contains(progress.state())) {
        throw new IOException("Kafka Streams has given up: " + progress);
      }
      // All rows are read only when there is a chance that they are complete.
      if (progress.processed() >= work.toAggregate() && isComplete(expected)) {
        break;
      }
      if (System.nanoTime() - beganNs > LIMIT.toNanos()) {
        throw new IOException(
            "not complete after %s: %s with %s, expected %s"
                .formatted(LIMIT, progress, streams.totals(), expected));
      }
      Thread.sleep(POLL_MS);
    }
    if (config.exactlyOnce()) {
      awaitCommitted(beganNs);
    }
    return new Completion(firstNs, reflectedFirst, System.nanoTime() - beganNs);
  }

  private boolean isComplete(ViewWork.Totals expected) throws IOException, InterruptedException {
    Optional<StreamsProcess.Totals> totals = streams.totals();
    return totals.isPresent()
        && totals.get().rows() == expected.rows()
        && totals.get().sums().entrySet().containsAll(expected.sums().entrySet());
  }

  /** Returns when what has been done would not be done again by a process after this one. */
  void awaitCommitted() throws IOException, InterruptedException {
    awaitCommitted(System.nanoTime());
  }

  private void awaitCommitted(long beganNs) throws IOException, InterruptedException {
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers()))) {
      while (true) {
        Map<TopicPartition, OffsetAndMetadata> committed =
            admin
                .listConsumerGroupOffsets(config.application())
                .partitionsToOffsetAndMetadata()
                .get();
        Map<TopicPartition, Long> ends =
            admin
                .listOffsets(
                    committed.keySet().stream()
                        .collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest())))
                .all()
                .get()
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().offset()));
        if (ends.size() >= ViewWork.PARTITIONS
            && ends.entrySet().stream()
                .allMatch(end -> reaches(committed.get(end.getKey()), end.getValue()))) {
          return;
        }
        if (System.nanoTime() - beganNs > LIMIT.toNanos()) {
          throw new IOException(
              "not committed after %s: %s of %s".formatted(LIMIT, committed, ends));
        }
        Thread.sleep(POLL_MS);
      }
    } catch (ExecutionException e) {
      throw new IOException("the broker did not say what is committed: " + e.getCause(), e);
    }
  }

  /** A transaction's marker may stand behind the last record. */
  private static boolean reaches(@Nullable OffsetAndMetadata committed, long end) {
    return committed != null && committed.offset() >= end - 1;
  }

  @Override
  public void close() {
    streams.close();
  }
}
