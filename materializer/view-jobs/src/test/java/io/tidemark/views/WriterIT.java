package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.log.LogEvent;
import io.tidemark.log.Position;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.ChangelogRecord;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.control.EpochStart;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer behind rows and marks that no query of a view would make. */
class WriterIT {
  private static final int SHARDS = 2;

  @TempDir static Path directory;
  static ViewLab lab;

  @BeforeAll
  static void start() {
    lab = new ViewLab(directory);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  /** The target is the end of two logs, of which the job reads one: the rest is a gap to it. */
  @Test
  void whatIsBelowATargetThatIsNeverReachedIsToldWhenTheSourceStandsStill() throws Exception {
    lab.createLog("read", ViewLab.SALE, 1);
    lab.createLog("unread", ViewLab.SALE, 1);
    Position end = append("read", 200, 50);
    Position gap = append("unread", 1, 1);
    JobSettings settings = settings("standing");
    JobID job = startJob(settings, "read", List.of(Scan.of("read", 1), Scan.of("unread", 1)));
    try (Changelog changelog = new Changelog(settings)) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                changelog.poll();
                return changelog.shards.stream().allMatch(shard -> shard.reached.covers(end));
              });
      Map<String, String> all = new HashMap<>();
      for (Changelog.Shard shard : changelog.shards) {
        assertThat(shard.target).isEqualTo(end.merge(gap));
        assertThat(shard.reached).isEqualTo(end);
        assertThat(shard.told).isEqualTo(shard.rows);
        all.putAll(shard.shown);
      }
      Map<String, String> wanted = new HashMap<>();
      for (int i = 0; i < 200; i++) {
        wanted.put("p" + i % 50, Integer.toString(i));
      }
      assertThat(all).isEqualTo(wanted);
    } finally {
      lab.cluster.cancel(job).get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void rowsThatWouldTakeTooMuchAreSentBeforeTheyAreTold() throws Exception {
    JobSettings settings = settings("large");
    String value = "v".repeat((int) (ShardLogs.MOST_BYTES / 32));
    try (ChangelogProducer producer = new ChangelogProducer(settings);
        Changelog changelog = new Changelog(settings)) {
      ShardLogs logs = new ShardLogs(settings, 0, 1, producer);
      logs.begin(new EpochStart(1L, 0L, List.of()));
      put(logs, 1, "kept", value);
      for (int i = 0; i < 30; i++) {
        put(logs, 0, "large" + i, value);
      }
      producer.flush();
      changelog.poll();
      assertThat(changelog.shards).allMatch(shard -> shard.rows == 0);
      // Of one key only the last row is kept, and none of the others takes anything.
      for (int i = 0; i < 30; i++) {
        put(logs, 0, "large0", i + value);
      }
      producer.flush();
      changelog.poll();
      assertThat(changelog.shards).allMatch(shard -> shard.rows == 0);
      assertThat(logs.costOfProgress()).isEqualTo(31 + SHARDS);
      assertThat(logs.rowsSinceProgress()).isEqualTo(61);
      put(logs, 0, "large30", value);
      producer.flush();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                changelog.poll();
                return changelog.shards.get(0).rows == 31;
              });
      assertThat(changelog.shards.get(1).rows).isZero();
      assertThat(changelog.shards.get(0).shown).isEmpty();
      assertThat(logs.costOfProgress()).isEqualTo(1 + SHARDS);
      put(logs, 0, "large0", "last");
      logs.progress(Position.of("any", 0, 1), false, 0);
      producer.flush();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                changelog.poll();
                return changelog.shards.stream().allMatch(shard -> shard.told >= 0);
              });
      assertThat(changelog.shards.get(0).told).isEqualTo(32);
      assertThat(changelog.shards.get(1).told).isEqualTo(1);
      assertThat(changelog.shards.get(0).shown).hasSize(31).containsEntry("large0", "last");
      assertThat(changelog.shards.get(1).shown).containsOnlyKeys("kept");
      assertThat(logs.costOfProgress()).isEqualTo(SHARDS);
    }
  }

  @Test
  void rowsThatWaitAreInTheCheckpointAndInTheProgress() throws Exception {
    JobSettings settings = settings("marked");
    try (ChangelogProducer producer = new ChangelogProducer(settings);
        Changelog changelog = new Changelog(settings)) {
      ShardLogs logs = new ShardLogs(settings, 0, 1, producer);
      logs.begin(new EpochStart(1L, 0L, List.of()));
      Changelog.Shard shard = changelog.shards.get(0);
      put(logs, 0, "a", "1");
      put(logs, 0, "b", "1");
      put(logs, 0, "a", "2");
      logs.checkpoint(1, 0);
      producer.flush();
      changelog.poll();
      assertThat(shard.rowsAtMarks).containsExactly(2L);
      assertThat(shard.pending).isEqualTo(Map.of("a", "2", "b", "1"));
      assertThat(logs.costOfProgress()).isEqualTo(SHARDS);
      put(logs, 0, "c", "1");
      logs.progress(Position.of("any", 0, 1), false, 0);
      logs.checkpoint(2, 0);
      logs.checkpoint(3, 0);
      producer.flush();
      changelog.poll();
      assertThat(shard.told).isEqualTo(3);
      assertThat(shard.shown).isEqualTo(Map.of("a", "2", "b", "1", "c", "1"));
      assertThat(shard.rowsAtMarks).containsExactly(2L, 3L);
      assertThat(changelog.shards.get(1).rowsAtMarks).isEmpty();
    }
  }

  @Test
  void shardsWithoutNewRowsNeedNotBeTold() throws Exception {
    JobSettings settings = settings("changed");
    try (ChangelogProducer producer = new ChangelogProducer(settings);
        Changelog changelog = new Changelog(settings)) {
      ShardLogs logs = new ShardLogs(settings, 0, 1, producer);
      logs.begin(new EpochStart(1L, 0L, List.of()));
      Changelog.Shard changed = changelog.shards.get(0);
      Changelog.Shard unchanged = changelog.shards.get(1);
      put(logs, 0, "a", "1");
      logs.progressOfChanged(Position.of("any", 0, 1));
      producer.flush();
      changelog.poll();
      assertThat(changed.reached).isEqualTo(Position.of("any", 0, 1));
      assertThat(changed.shown).isEqualTo(Map.of("a", "1"));
      assertThat(unchanged.told).isEqualTo(-1);
      logs.progress(Position.of("any", 0, 2), false, 0);
      // Rows that a checkpoint has sent are new until they have been told.
      put(logs, 1, "b", "1");
      logs.checkpoint(1, 0);
      logs.progressOfChanged(Position.of("any", 0, 3));
      producer.flush();
      changelog.poll();
      assertThat(changed.reached).isEqualTo(Position.of("any", 0, 2));
      assertThat(unchanged.reached).isEqualTo(Position.of("any", 0, 3));
      assertThat(unchanged.shown).isEqualTo(Map.of("b", "1"));
    }
  }

  @Test
  void whatAwaitsTheAcknowledgementsRunsOnceBehindThem() throws Exception {
    JobSettings settings = settings("quiet");
    try (ChangelogProducer producer = new ChangelogProducer(settings)) {
      ShardLogs logs = new ShardLogs(settings, 0, 1, producer);
      logs.begin(new EpochStart(1L, 0L, List.of()));
      assertThat(producer.isQuiet()).isTrue();
      AtomicInteger runs = new AtomicInteger();
      producer.whenQuiet(runs::incrementAndGet);
      assertThat(runs).hasValue(1);
      CompletableFuture<Boolean> quiet = new CompletableFuture<>();
      put(logs, 0, "a", "1");
      logs.progress(Position.of("any", 0, 1), false, 0);
      producer.whenQuiet(() -> quiet.complete(producer.isQuiet()));
      assertThat(quiet.get(60, TimeUnit.SECONDS)).isTrue();
      put(logs, 0, "a", "2");
      logs.progress(Position.of("any", 0, 2), false, 0);
      producer.flush();
      assertThat(producer.isQuiet()).isTrue();
      assertThat(runs).hasValue(1);
    }
  }

  private static void put(ShardLogs logs, int shard, String key, String value) {
    logs.put(shard, bytes(key), bytes(value));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Position append(String log, int count, int keys) throws Exception {
    List<LogEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(new LogEvent(log, "k", ViewLab.sale("s", "p" + i % keys, i)));
    }
    return lab.append(events);
  }

  private static JobSettings settings(String view) {
    String changelog = Shards.changelog(view, 1);
    lab.logs.createInternalTopic(changelog, SHARDS, Map.of());
    return new JobSettings(
        view,
        1,
        changelog,
        SHARDS,
        1,
        List.of("product"),
        0,
        false,
        new CutGrid(100),
        false,
        new HashMap<>(lab.logs.clientConfig()),
        lab.registry.factory());
  }

  /** A job without checkpoints: amounts by product, those of even amounts in shard 0. */
  private static JobID startJob(JobSettings settings, String log, List<Scan> scans)
      throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    LogTable table =
        new LogTable(
            log,
            lab.logs.describe(log).id(),
            1,
            ViewLab.SALE,
            lab.registry.latest(SchemaRegistry.valueSubject(log)).id());
    RowType type =
        (RowType)
            DataTypes.ROW(
                    DataTypes.FIELD("product", DataTypes.STRING()),
                    DataTypes.FIELD("amount", DataTypes.INT()))
                .getLogicalType();
    SingleOutputStreamOperator<RowData> rows =
        (SingleOutputStreamOperator<RowData>)
            new Dataflow(settings)
                .source(
                    env, table, new String[] {"product", "amount"}, new LogTable.Metadata[0], type);
    TypeInformation<Tuple3<Integer, byte[], byte[]>> encoded =
        Types.TUPLE(
            Types.INT, Types.PRIMITIVE_ARRAY(Types.BYTE), Types.PRIMITIVE_ARRAY(Types.BYTE));
    rows.map(
            row ->
                Tuple3.of(
                    row.getInt(1) % SHARDS,
                    row.getString(0).toBytes(),
                    bytes(Integer.toString(row.getInt(1)))))
        .returns(encoded)
        .connect(rows.getSideOutput(Mark.TAG).broadcast())
        .transform("writer", Types.VOID, new ShardWriter(settings, scans))
        .sinkTo(new DiscardingSink<>());
    StreamGraph job = env.getStreamGraph();
    job.setJobId(JobID.generate());
    return lab.cluster.submit(job).get(60, TimeUnit.SECONDS);
  }

  /** What a reader who trusts the writer makes of the records. */
  private static final class Changelog implements AutoCloseable {
    static final class Shard {
      final Map<String, String> pending = new HashMap<>();
      final Map<String, String> shown = new HashMap<>();
      Position target = Position.empty();
      Position reached = Position.empty();
      long rows;
      long told = -1;
      final List<Long> rowsAtMarks = new ArrayList<>();
    }

    final List<Shard> shards = new ArrayList<>();
    private final KafkaConsumer<byte[], byte[]> consumer;

    Changelog(JobSettings settings) {
      consumer =
          new KafkaConsumer<>(
              lab.logs.clientConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      List<TopicPartition> partitions = Scan.partitions(settings.changelog(), settings.shards());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      partitions.forEach(each -> shards.add(new Shard()));
    }

    /** Reads up to the end that the changelog has now. */
    void poll() {
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(
                record -> apply(shards.get(record.partition()), ChangelogCodec.decode(record)));
      }
    }

    private static void apply(Shard shard, ChangelogRecord record) {
      if (record instanceof ChangelogRecord.Epoch epoch) {
        shard.target = epoch.target();
      } else if (record instanceof ChangelogRecord.Row row) {
        shard.rows++;
        shard.pending.put(
            new String(row.key(), StandardCharsets.UTF_8),
            new String(row.value(), StandardCharsets.UTF_8));
      } else if (record instanceof ChangelogRecord.Reached reached) {
        shard.shown.putAll(shard.pending);
        shard.pending.clear();
        shard.reached = reached.position();
        shard.told = reached.progress().getRows();
      } else if (record instanceof ChangelogRecord.Mark) {
        shard.rowsAtMarks.add(shard.rows);
      }
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
