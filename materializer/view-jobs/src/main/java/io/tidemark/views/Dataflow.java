package io.tidemark.views;

import io.tidemark.log.changelog.Shards;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The parts of one view's job that are ours, around the query that Flink plans: sources with their
 * taps before it, the writers behind it, and the marks that go past it from the taps to the
 * writers.
 *
 * <p>The planner asks for the sources before it asks for the sink, so the sink finds all taps.
 */
final class Dataflow {
  private static final TypeInformation<Tuple3<Integer, byte[], byte[]>> ROW_TYPE =
      Types.TUPLE(
          Types.INT,
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private final JobSettings settings;
  private final List<TapFactory> taps = new ArrayList<>();
  private final List<Scan> scans = new ArrayList<>();
  private final List<DataStream<long[]>> marks = new ArrayList<>();
  private boolean oldRows;

  Dataflow(JobSettings settings) {
    this.settings = settings;
  }

  /** Has the query tell the old row of each update, too. */
  void wantOldRows() {
    oldRows = true;
  }

  /** What the writers want to hear: new rows and deleted keys, and old rows only where needed. */
  ChangelogMode wanted() {
    return oldRows ? ChangelogMode.all() : ChangelogMode.upsert(false);
  }

  /** A log's events as rows of these columns, behind a tap. */
  DataStream<RowData> source(
      StreamExecutionEnvironment env,
      LogTable table,
      String[] columns,
      LogTable.Metadata[] metadata,
      RowType type) {
    int scan = scans.size();
    scans.add(Scan.of(table.log(), table.partitions()));
    TapFactory tap = new TapFactory(settings, scan, table, columns, metadata);
    taps.add(tap);
    SingleOutputStreamOperator<RowData> rows =
        env.fromSource(
                events(table.log(), scan),
                WatermarkStrategy.noWatermarks(),
                table.log(),
                EventType.INSTANCE)
            .transform("tap " + table.log(), InternalTypeInfo.of(type), tap);
    marks.add(rows.getSideOutput(Mark.TAG));
    return rows;
  }

  private Source<ConsumerRecord<byte[], byte[]>, ?, ?> events(String log, int scan) {
    KafkaSource<ConsumerRecord<byte[], byte[]>> events = kafkaSource(log, scan, new RawEvents());
    return settings.barriers()
        ? LogSource.holding(events, settings.cuts())
        : LogSource.resting(events);
  }

  /** A view's rows, these columns of them, with all that changes in them, behind taps. */
  DataStream<RowData> source(
      StreamExecutionEnvironment env, UpstreamTable view, String[] columns, RowType type) {
    int scan = scans.size();
    scans.addAll(view.scans());
    String changelog = view.definition().getChangelog();
    SingleOutputStreamOperator<RowData> rows =
        env.fromSource(
                kafkaSource(changelog, scan, new ChangelogEntries()),
                WatermarkStrategy.noWatermarks(),
                changelog,
                ChangelogEntries.TYPE)
            .keyBy(entry -> entry.f0, Types.INT)
            .transform(
                "tap " + view.definition().getView(),
                InternalTypeInfo.of(type),
                new UpstreamTapFactory(settings, scan, view, columns));
    marks.add(rows.getSideOutput(Mark.TAG));
    return rows;
  }

  /** Writes the query's rows to the changelog. */
  DataStreamSink<?> sink(DataStream<RowData> rows, RowType type) {
    boolean alone = taps.size() == 1 && settings.parallelism() == 1;
    taps.forEach(tap -> tap.alone(alone));
    DataStream<long[]> allMarks = marks.get(0);
    for (DataStream<long[]> others : marks.subList(1, marks.size())) {
      allMarks = allMarks.union(others);
    }
    return rows.flatMap(new Encode(settings, type))
        .returns(ROW_TYPE)
        .name("encode")
        .partitionCustom((Integer shard, int writers) -> shard % writers, row -> row.f0)
        .connect(allMarks.broadcast())
        .transform("writer", Types.VOID, new ShardWriter(settings, scans))
        .setParallelism(Math.min(settings.parallelism(), settings.shards()))
        .sinkTo(new DiscardingSink<>())
        .name("end")
        .setParallelism(Math.min(settings.parallelism(), settings.shards()));
  }

  private <T> KafkaSource<T> kafkaSource(
      String log, int scan, KafkaRecordDeserializationSchema<T> deserializer) {
    Properties properties = new Properties();
    settings.kafka().forEach((key, value) -> properties.put(key, String.valueOf(value)));
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "2000");
    // A log's partitions never change, and its offsets are ours to keep.
    properties.put(KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), "-1");
    properties.put(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false");
    properties.put(KafkaSourceOptions.REGISTER_KAFKA_CONSUMER_METRICS.key(), "false");
    return KafkaSource.<T>builder()
        .setProperties(properties)
        .setTopics(log)
        .setClientIdPrefix(settings.clientId("scan" + scan))
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(deserializer)
        .build();
  }

  /** Hands events on as they are: the tap decodes them, since it knows what to do with bad ones. */
  private static final class RawEvents
      implements KafkaRecordDeserializationSchema<ConsumerRecord<byte[], byte[]>> {
    private static final long serialVersionUID = 1L;

    @Override
    public void deserialize(
        ConsumerRecord<byte[], byte[]> event, Collector<ConsumerRecord<byte[], byte[]>> out) {
      out.collect(event);
    }

    @Override
    public TypeInformation<ConsumerRecord<byte[], byte[]>> getProducedType() {
      return EventType.INSTANCE;
    }
  }

  /** Turns a row into its shard, its key, and its value; no bytes at all for a deleted key. */
  private static final class Encode
      extends RichFlatMapFunction<RowData, Tuple3<Integer, byte[], byte[]>> {
    private static final long serialVersionUID = 1L;

    private final JobSettings settings;
    private final RowType type;
    private transient RowEncoder encoder;

    @SuppressWarnings("NullAway") // open() comes before every other call
    Encode(JobSettings settings, RowType type) {
      this.settings = settings;
      this.type = type;
    }

    @Override
    public void open(OpenContext context) {
      encoder = new RowEncoder(type, settings.keyColumns(), settings.rowSchemaId());
    }

    @Override
    public void flatMap(RowData row, Collector<Tuple3<Integer, byte[], byte[]>> out)
        throws IOException {
      byte[] key = encoder.key(row);
      int shard = Shards.of(key, settings.shards());
      switch (row.getRowKind()) {
        case INSERT, UPDATE_AFTER -> out.collect(Tuple3.of(shard, key, encoder.value(row)));
        // Where a filter stands last, the new row may not follow. If it does, it is the one that
        // is written, since both belong to one step.
        case DELETE, UPDATE_BEFORE -> out.collect(Tuple3.of(shard, key, Mark.NO_BYTES));
      }
    }
  }
}
