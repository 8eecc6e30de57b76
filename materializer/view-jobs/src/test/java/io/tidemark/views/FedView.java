package io.tidemark.views;

import io.tidemark.log.Position;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.log.changelog.RowKey;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.WireFormat;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.control.CheckpointMark;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A view (k → grp, v) over a log without events, whose job is the test: it writes the changelog by
 * hand. No deployer may be started while it is there.
 */
final class FedView implements AutoCloseable {
  private static final Schema ROW =
      SchemaBuilder.record("fed")
          .fields()
          .optionalString("k")
          .optionalString("grp")
          .optionalInt("v")
          .endRecord();

  final ViewDefinition definition;
  final String log;
  private final KafkaProducer<byte[], byte[]> producer;

  FedView(ViewLab lab, String name, int shards, boolean exact) {
    log = name + "_log";
    lab.createLog(log, ViewLab.SALE, 2);
    String changelog = Shards.changelog(name, 1);
    lab.logs.createInternalTopic(changelog, shards, Map.of());
    int schemaId = lab.logs.registry().register(SchemaRegistry.valueSubject(changelog), ROW);
    definition =
        ViewDefinition.newBuilder()
            .setView(name)
            .setVersion(1)
            .setDropped(false)
            .setSql(
                "CREATE MATERIALIZED VIEW %s AS SELECT shop AS k, MAX(product) AS grp, SUM(amount) AS v FROM %s GROUP BY shop"
                    .formatted(name, log))
            .setChangelog(changelog)
            .setShards(shards)
            .setKeyColumns(List.of("k"))
            .setRowSchema(ROW.toString())
            .setRowSchemaId(schemaId)
            .setSources(List.of(log))
            .setLogIds(Map.of(log, lab.logs.describe(log).id()))
            .setExact(exact)
            .setOptions(Map.of("shards", Integer.toString(shards)))
            .build();
    lab.catalog.publish(definition);
    producer =
        new KafkaProducer<>(
            lab.logs.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** The position in both partitions of the log. */
  Position at(long offset) {
    return Position.of(log, 0, offset).merge(Position.of(log, 1, offset));
  }

  int shardOf(String key) {
    return Shards.of(RowKey.of(List.of(key)), definition.getShards());
  }

  long begin(int shard, long generation, long checkpoint, Position target) throws Exception {
    EpochStart start = new EpochStart(generation, checkpoint, target.toRecords());
    return send(ChangelogCodec.epochStart(definition.getChangelog(), shard, start));
  }

  void put(long epoch, String key, String group, int value) throws Exception {
    GenericRecord row =
        new GenericRecordBuilder(ROW).set("k", key).set("grp", group).set("v", value).build();
    row(epoch, key, framed(row));
  }

  void delete(long epoch, String key) throws Exception {
    row(epoch, key, null);
  }

  private void row(long epoch, String key, byte[] value) throws Exception {
    byte[] bytes = RowKey.of(List.of(key));
    send(ChangelogCodec.row(definition.getChangelog(), shardOf(key), epoch, bytes, value));
  }

  /** Returns the offset behind it. */
  long progress(int shard, long epoch, Position position) throws Exception {
    Progress progress =
        new Progress(position.toRecords(), definition.getExact(), 0L, ReplicaState.NOT_COUNTED);
    return send(ChangelogCodec.progress(definition.getChangelog(), shard, epoch, progress)) + 1;
  }

  void mark(int shard, long epoch, long checkpoint, long oldest) throws Exception {
    CheckpointMark mark = new CheckpointMark(checkpoint, oldest);
    send(ChangelogCodec.checkpointMark(definition.getChangelog(), shard, epoch, mark));
  }

  private long send(ProducerRecord<byte[], byte[]> record) throws Exception {
    return producer.send(record).get().offset();
  }

  private byte[] framed(GenericRecord row) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] header = new byte[WireFormat.HEADER_BYTES];
    WireFormat.putHeader(header, definition.getRowSchemaId());
    out.write(header);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(ROW).write(row, encoder);
    return out.toByteArray();
  }

  @Override
  public void close() {
    producer.close();
  }
}
