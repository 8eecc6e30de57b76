package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.log.changelog.RowKey;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.WireFormat;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewState;
import io.tidemark.schemas.catalog.ViewStatus;
import io.tidemark.schemas.control.CheckpointMark;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.Progress;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The job of a view with the key (origin, dest) and one number, played by the test. */
final class TestView implements AutoCloseable {
  static final Schema ROW =
      SchemaBuilder.record("TestRow")
          .fields()
          .requiredString("origin")
          .requiredInt("dest")
          .requiredLong("flights")
          .endRecord();

  final String name;
  final ViewDefinition definition;
  private final ViewCatalog catalog;
  private final KafkaProducer<byte[], byte[]> producer;

  /** A view whose progress is lower bounds. */
  TestView(TestNode node, String name, int version, int shards, String... sources) {
    this(node, name, version, shards, false, sources);
  }

  TestView(TestNode node, String name, int version, int shards, boolean exact, String... sources) {
    this(node, name, version, shards, exact, Map.of(), sources);
  }

  TestView(
      TestNode node,
      String name,
      int version,
      int shards,
      boolean exact,
      Map<String, String> options,
      String... sources) {
    this(node, name, version, shards, exact, options, ROW, List.of("origin", "dest"), sources);
  }

  /** One with rows of another schema; they are written with {@link #send}. */
  TestView(
      TestNode node,
      String name,
      int version,
      int shards,
      boolean exact,
      Map<String, String> options,
      Schema rowSchema,
      List<String> keyColumns,
      String... sources) {
    this.name = name;
    this.catalog = node.catalog;
    this.definition =
        new ViewDefinition(
            name,
            version,
            false,
            "CREATE MATERIALIZED VIEW " + name + " AS SELECT 1",
            Shards.changelog(name, version),
            shards,
            keyColumns,
            rowSchema.toString(),
            7,
            List.of(sources),
            node.logIds(List.of(sources)),
            exact,
            options);
    node.logs.createInternalTopic(definition.getChangelog(), shards, Map.of());
    Map<String, Object> config = new HashMap<>(node.logs.clientConfig());
    config.put("key.serializer", ByteArraySerializer.class);
    config.put("value.serializer", ByteArraySerializer.class);
    config.put("linger.ms", 0);
    this.producer = new KafkaProducer<>(config);
    catalog.publish(definition);
  }

  void drop() {
    catalog.publish(ViewDefinition.newBuilder(definition).setDropped(true).build());
  }

  void status(ViewState state, String message) {
    catalog.publish(new ViewStatus(name, definition.getVersion(), 1L, state, message, 0L));
  }

  /** Begins an epoch of that shard and returns its number. */
  long begin(int shard, long generation, long checkpoint, Position target) {
    return send(
        ChangelogCodec.epochStart(
            definition.getChangelog(),
            shard,
            new EpochStart(generation, checkpoint, target.toRecords())));
  }

  /** Begins the first epoch of every shard; with fresh changelogs all of them have number 0. */
  void beginAll(Position target) {
    for (int shard = 0; shard < definition.getShards(); shard++) {
      begin(shard, 1, 0, target);
    }
  }

  static byte[] key(String origin, int dest) {
    return RowKey.of(List.of(origin, dest));
  }

  int shardOf(String origin, int dest) {
    return Shards.of(key(origin, dest), definition.getShards());
  }

  /** Writes a row of epoch 0 into its shard. */
  void row(String origin, int dest, long flights) {
    row(shardOf(origin, dest), 0, origin, dest, flights);
  }

  void row(int shard, long epoch, String origin, int dest, long flights) {
    sendLater(
        ChangelogCodec.row(
            definition.getChangelog(),
            shard,
            epoch,
            key(origin, dest),
            framed(origin, dest, flights)));
  }

  /** Deletes a row. */
  void delete(int shard, long epoch, String origin, int dest) {
    sendLater(ChangelogCodec.row(definition.getChangelog(), shard, epoch, key(origin, dest), null));
  }

  /** Progress of epoch 0 in every shard. */
  void progressAll(Position position) {
    for (int shard = 0; shard < definition.getShards(); shard++) {
      progress(shard, 0, position);
    }
  }

  long progress(int shard, long epoch, Position position) {
    return send(
        ChangelogCodec.progress(
            definition.getChangelog(),
            shard,
            epoch,
            new Progress(position.toRecords(), false, 0L, ReplicaState.NOT_COUNTED)));
  }

  /** An exact cut of epoch 0 in every shard. */
  void cutAll(long cut, Position position) {
    for (int shard = 0; shard < definition.getShards(); shard++) {
      cut(shard, 0, cut, position);
    }
  }

  long cut(int shard, long epoch, long cut, Position position) {
    return send(
        ChangelogCodec.progress(
            definition.getChangelog(),
            shard,
            epoch,
            new Progress(position.toRecords(), true, cut, ReplicaState.NOT_COUNTED)));
  }

  void mark(int shard, long epoch, long checkpoint) {
    send(
        ChangelogCodec.checkpointMark(
            definition.getChangelog(), shard, epoch, new CheckpointMark(checkpoint, 0L)));
  }

  /** Writes any record and returns its offset. */
  long send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get().offset();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns when all that was written is in the changelog. */
  void flush() {
    producer.flush();
  }

  void sendLater(ProducerRecord<byte[], byte[]> record) {
    producer.send(record);
  }

  private byte[] framed(String origin, int dest, long flights) {
    GenericRecord row = new GenericData.Record(ROW);
    row.put("origin", origin);
    row.put("dest", dest);
    row.put("flights", flights);
    return framed(row);
  }

  /** A row as it lies in the changelog. */
  byte[] framed(GenericRecord row) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(new byte[WireFormat.HEADER_BYTES]);
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new GenericDatumWriter<GenericRecord>(row.getSchema()).write(row, encoder);
      encoder.flush();
      byte[] framed = out.toByteArray();
      WireFormat.putHeader(framed, definition.getRowSchemaId());
      return framed;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
