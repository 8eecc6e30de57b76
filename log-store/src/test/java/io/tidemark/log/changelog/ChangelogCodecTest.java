package io.tidemark.log.changelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.log.Position;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.control.CheckpointMark;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ChangelogCodecTest {
  private static final String CHANGELOG = Shards.changelog("departures", 2);
  private static final byte[] KEY = RowKey.of(List.of("LAS"));
  private final Position position = Position.of("flights", 1, 7);

  @Test
  void rowsAndDeletesSurvive() {
    assertThat(decoded(ChangelogCodec.row(CHANGELOG, 3, 41, KEY, new byte[] {1, 2})))
        .isInstanceOfSatisfying(
            ChangelogRecord.Row.class,
            row -> {
              assertThat(row.epoch()).isEqualTo(41);
              assertThat(row.key()).isEqualTo(KEY);
              assertThat(row.value()).containsExactly(1, 2);
            });
    assertThat(decoded(ChangelogCodec.row(CHANGELOG, 3, 41, KEY, null)))
        .isInstanceOfSatisfying(ChangelogRecord.Row.class, row -> assertThat(row.value()).isNull());
  }

  @Test
  void anEpochIsTheOffsetOfItsStart() {
    EpochStart start = new EpochStart(5L, 17L, position.toRecords());
    assertThat(decoded(ChangelogCodec.epochStart(CHANGELOG, 3, start)))
        .isEqualTo(new ChangelogRecord.Epoch(99, start, position));
  }

  @Test
  void progressAndMarksSurvive() {
    Progress progress = new Progress(position.toRecords(), true, 12L, 3L);
    assertThat(decoded(ChangelogCodec.progress(CHANGELOG, 3, 41, progress)))
        .isEqualTo(new ChangelogRecord.Reached(41, progress, position));
    CheckpointMark mark = new CheckpointMark(12L, 10L);
    assertThat(decoded(ChangelogCodec.checkpointMark(CHANGELOG, 3, 41, mark)))
        .isEqualTo(new ChangelogRecord.Mark(41, mark));
  }

  @Test
  void aProgressOfAWriterThatDidNotCountRowsIsRead() throws IOException {
    Schema old = ProgressFormat.withoutRows(Progress.getClassSchema());
    GenericRecord progress = new GenericData.Record(old);
    progress.put("position", List.of());
    progress.put("exact", true);
    progress.put("cut", 12L);
    ByteBuffer bytes =
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), old).encode(progress);
    assertThat(ProgressFormat.decode(bytes))
        .isEqualTo(new Progress(List.of(), true, 12L, ReplicaState.NOT_COUNTED));
  }

  @Test
  void controlRecordsStayOnTheirShard() {
    assertThat(ChangelogCodec.checkpointMark(CHANGELOG, 3, 41, new CheckpointMark(1L, 0L)))
        .returns(3, ProducerRecord::partition)
        .returns(CHANGELOG, ProducerRecord::topic);
  }

  @Test
  void aRecordThatIsNoneIsNamed() {
    ConsumerRecord<byte[], byte[]> foreign =
        new ConsumerRecord<>(CHANGELOG, 3, 99, KEY, new byte[0]);
    assertThatThrownBy(() -> ChangelogCodec.decode(foreign))
        .isInstanceOf(TidemarkException.class)
        .hasMessageContaining(CHANGELOG + "-3 offset 99");
  }

  @Test
  void aLowerGenerationOrCheckpointIsRefusedAndATieGoesToTheLater() {
    assertThat(EpochOrder.supersedes(start(2, 0), start(1, 9))).isTrue();
    assertThat(EpochOrder.supersedes(start(1, 9), start(2, 0))).isFalse();
    assertThat(EpochOrder.supersedes(start(1, 9), start(1, 8))).isTrue();
    assertThat(EpochOrder.supersedes(start(1, 8), start(1, 9))).isFalse();
    assertThat(EpochOrder.supersedes(start(1, 9), start(1, 9))).isTrue();
  }

  private static EpochStart start(long generation, long checkpoint) {
    return new EpochStart(generation, checkpoint, List.of());
  }

  private static ChangelogRecord decoded(ProducerRecord<byte[], byte[]> record) {
    return ChangelogCodec.decode(
        new ConsumerRecord<>(
            record.topic(),
            record.partition(),
            99,
            0,
            TimestampType.CREATE_TIME,
            0,
            0,
            record.key(),
            record.value(),
            new RecordHeaders(record.headers()),
            Optional.empty()));
  }
}
