package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.log.LogEvent;
import io.tidemark.log.LogSpec;
import io.tidemark.log.LogStore;
import io.tidemark.log.Position;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewOutcome;
import io.tidemark.schemas.catalog.ViewRequest;
import io.tidemark.schemas.catalog.ViewRequestKind;
import io.tidemark.schemas.control.EpochStart;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Everything that views need, in this process, for one test class. */
final class ViewLab implements AutoCloseable {
  static final Schema SALE =
      SchemaBuilder.record("Sale")
          .fields()
          .requiredString("shop")
          .requiredString("product")
          .requiredInt("amount")
          .endRecord();

  final EmbeddedKafka kafka;
  final InMemoryRegistry registry = InMemoryRegistry.create();
  final LogStore logs;
  final ViewCatalog catalog;
  final Path checkpoints;
  LocalFlinkCluster cluster;
  Deployer deployer;

  ViewLab(Path directory) {
    kafka = EmbeddedKafka.start(directory.resolve("kafka"));
    logs = LogStore.connect(kafka.bootstrapServers(), registry);
    catalog = ViewCatalog.open(logs);
    checkpoints = directory.resolve("checkpoints");
    startJobs();
  }

  void startJobs() {
    startJobs(local -> local);
  }

  /** The deployer sees the cluster as the function makes it look. */
  void startJobs(UnaryOperator<FlinkCluster> seen) {
    cluster = LocalFlinkCluster.start(16);
    deployer =
        Deployer.start(
            new Deployer.Config(
                logs, catalog, seen.apply(cluster), registry.factory(), checkpoints));
  }

  void stopJobs() {
    deployer.close();
    cluster.close();
  }

  @Override
  public void close() {
    try {
      stopJobs();
    } finally {
      catalog.close();
      logs.close();
      kafka.close();
    }
  }

  void createLog(String log, Schema schema, int partitions) {
    logs.create(new LogSpec(log, schema, partitions, 1));
  }

  ViewAnswer request(ViewRequestKind kind, String view, String sql) throws Exception {
    return catalog
        .request(new ViewRequest(UUID.randomUUID().toString(), kind, view, sql))
        .get(180, TimeUnit.SECONDS);
  }

  ViewDefinition createView(String view, String sql) throws Exception {
    ViewAnswer answer = request(ViewRequestKind.CREATE, view, sql);
    assertThat(answer.getOutcome()).as(answer.toString()).isEqualTo(ViewOutcome.CREATED);
    return catalog.definition(view).orElseThrow();
  }

  /**
   * Another attempt of the same generation takes shard 0, so the job's writer has to fail at its
   * next record, and the job goes back to its checkpoint.
   */
  void failWriter(ViewDefinition view, ChangelogFold fold) throws Exception {
    fold.readToEnd();
    EpochStart now = fold.shards.get(0).start;
    EpochStart foreign =
        new EpochStart(now.getGeneration(), now.getRestoredCheckpoint(), List.of());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            logs.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(ChangelogCodec.epochStart(view.getChangelog(), 0, foreign)).get();
    }
  }

  static GenericRecord sale(String shop, String product, int amount) {
    return new GenericRecordBuilder(SALE)
        .set("shop", shop)
        .set("product", product)
        .set("amount", amount)
        .build();
  }

  Position append(List<LogEvent> events) throws Exception {
    return logs.appender().append(events).get(60, TimeUnit.SECONDS).position();
  }
}
