package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tidemark.broker.BrokerCluster;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers and their controller, which stand still in turn. The last test leaves the cluster
 * behind with a controller that stands still.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConfirmedEndsIT {
  private static final Schema TICK =
      SchemaBuilder.record("Tick").fields().requiredInt("n").endRecord();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(1_500);

  @TempDir static Path directory;
  private static BrokerCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = BrokerCluster.start(directory, 3);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void theLeaderAndOneOtherOfThreeAreEnoughAndTheLeaderAloneIsNot() throws Exception {
    try (LogStore logs = connect(cluster.bootstrapServers())) {
      logs.create(new LogSpec("calm", TICK, 1, 3));
      Position end = append(logs, "calm");
      List<Integer> others = others(awaitLeader("calm"));
      assertThat(plain(logs, "calm")).isEqualTo(end);
      assertThat(confirmed(logs, "calm", PATIENCE)).isEqualTo(end);

      cluster.pause(others.get(0));
      try {
        assertThat(confirmed(logs, "calm", PATIENCE)).isEqualTo(end);
        cluster.pause(others.get(1));
        try {
          assertThat(plain(logs, "calm")).isEqualTo(end);
          assertThat(refused(logs, "calm").getMessage())
              .contains("2 of the brokers")
              .contains("broker " + others.get(0) + " has not answered")
              .contains("broker " + others.get(1) + " has not answered");
        } finally {
          cluster.resume(others.get(1));
        }
      } finally {
        cluster.resume(others.get(0));
      }
      assertThat(confirmed(logs, "calm", PATIENCE)).isEqualTo(end);
    }
  }

  @Test
  @Order(2)
  void anEndThatADeposedLeaderTellsIsNotConfirmed() throws Exception {
    try (LogStore before = connect(cluster.bootstrapServers())) {
      before.create(new LogSpec("ticks", TICK, 1, 3));
      Position first = append(before, "ticks");
      // From here on this node's clients name the leader that is to be deposed.
      assertThat(plain(before, "ticks")).isEqualTo(first);
      assertThat(confirmed(before, "ticks", PATIENCE)).isEqualTo(first);

      int deposed = awaitLeader("ticks");
      List<Integer> others = others(deposed);
      String successors = cluster.address(others.get(0)) + "," + cluster.address(others.get(1));
      cluster.pause(deposed);
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> others.contains(leader(successors, "ticks")));
      Position second;
      try (LogStore after = connect(successors)) {
        second = append(after, "ticks");
      }
      assertThat(second.offset("ticks", 0)).isGreaterThan(first.offset("ticks", 0));

      cluster.pause(BrokerCluster.CONTROLLER);
      for (int other : others) {
        cluster.pause(other);
      }
      cluster.resume(deposed);
      // The gap: the event is acknowledged, and the end that is told does not cover it.
      assertThat(plain(before, "ticks")).isEqualTo(first);
      assertThat(refused(before, "ticks").getMessage())
          .contains("broker " + deposed + ", which leads at epoch ")
          .contains("broker " + others.get(0) + " has not answered");

      for (int other : others) {
        cluster.resume(other);
      }
      // The deposed leader still has not heard of it, and is still asked by those who trust it.
      Position told = confirmed(before, "ticks", PATIENCE);
      assertThat(plain(before, "ticks")).isEqualTo(first);
      assertThat(told).isEqualTo(second);
      try (LogStore lone = connect(cluster.address(deposed))) {
        assertThat(confirmed(lone, "ticks", PATIENCE)).isEqualTo(second);
      }
    }
  }

  private static LogStore connect(String bootstrapServers) {
    return LogStore.connect(bootstrapServers, new InMemoryRegistry());
  }

  private static Position append(LogStore logs, String log) {
    // The registry of the test is one of each connection.
    logs.registry().register(log + "-value", TICK);
    GenericRecord value = new GenericRecordBuilder(TICK).set("n", 1).build();
    return logs.appender().append(List.of(new LogEvent(log, "a", value))).join().position();
  }

  private static Position plain(LogStore logs, String log) throws Exception {
    return logs.ends().ends(Set.of(log)).get(60, TimeUnit.SECONDS);
  }

  private static Position confirmed(LogStore logs, String log, Duration timeout) {
    return logs.ends().confirmedEnds(Set.of(log), timeout).join();
  }

  private static TidemarkException refused(LogStore logs, String log) {
    TidemarkException refused =
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  Throwable thrown = catchThrowable(() -> confirmed(logs, log, SHORT));
                  assertThat(thrown).as("a confirmed end of %s", log).isNotNull();
                  return (TidemarkException) thrown.getCause();
                },
                // The leader, too, may have been too slow for so short a time.
                e -> e.code() != ErrorCode.LOG_UNAVAILABLE);
    assertThat(refused.code()).as(refused.getMessage()).isEqualTo(ErrorCode.EPOCH_NOT_CONFIRMED);
    return refused;
  }

  private static int awaitLeader(String log) {
    return await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> leader(cluster.bootstrapServers(), log), id -> id > 0);
  }

  private static int leader(String bootstrapServers, String log) throws Exception {
    // It asks any broker that it hears of, also one that stands still.
    Map<String, Object> impatient =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "request.timeout.ms",
            1_000,
            "default.api.timeout.ms",
            1_000);
    try (Admin admin = Admin.create(impatient)) {
      TopicPartitionInfo partition =
          admin
              .describeTopics(List.of(log))
              .allTopicNames()
              .get(60, TimeUnit.SECONDS)
              .get(log)
              .partitions()
              .get(0);
      Node leader = partition.leader();
      return leader == null ? -1 : leader.id();
    }
  }

  private static List<Integer> others(int broker) {
    return IntStream.rangeClosed(1, 3).filter(each -> each != broker).boxed().toList();
  }
}
