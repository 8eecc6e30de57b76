package io.tidemark.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewOutcome;
import io.tidemark.schemas.catalog.ViewRequest;
import io.tidemark.schemas.catalog.ViewRequestKind;
import io.tidemark.schemas.catalog.ViewState;
import io.tidemark.schemas.catalog.ViewStatus;
import io.tidemark.schemas.control.CheckpointMark;
import io.tidemark.schemas.control.EpochStart;
import io.tidemark.schemas.control.LogOffsets;
import io.tidemark.schemas.control.Progress;
import io.tidemark.schemas.control.TokenBody;
import io.tidemark.schemas.control.TokenLog;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The generated records travel in Avro's single-object encoding. */
class ControlRecordsTest {

  static Stream<SpecificRecordBase> records() {
    List<LogOffsets> position =
        List.of(
            new LogOffsets("flights", List.of(0L, 7L, Long.MAX_VALUE)),
            new LogOffsets("airports", List.of()));
    return Stream.of(
        position.get(0),
        new EpochStart(3L, 0L, position),
        new Progress(position, true, 12L, 4L),
        new CheckpointMark(12L, 9L),
        new TokenLog("flights", -1L, List.of(7L)),
        new TokenBody("cluster", List.of(new TokenLog("flights", 3L, List.of())), position),
        new ViewRequest("id", ViewRequestKind.CREATE, "view", "SELECT 1"),
        new ViewAnswer("id", ViewOutcome.INVALID_SQL, "no such column", 1, 8),
        new ViewDefinition(
            "view",
            1,
            false,
            "sql",
            "topic",
            4,
            List.of("k"),
            "{}",
            5,
            List.of("flights"),
            Map.of("flights", 3L),
            true,
            Map.of("a", "b")),
        new ViewStatus("view", 1, 2L, ViewState.RUNNING, "", 0L));
  }

  @ParameterizedTest
  @MethodSource("records")
  void a_record_comes_back_from_single_object_encoding(SpecificRecordBase record)
      throws IOException {
    SpecificData data = record.getSpecificData();
    byte[] message =
        new BinaryMessageEncoder<SpecificRecordBase>(data, record.getSchema())
            .encode(record)
            .array();
    assertThat(message[0]).isEqualTo((byte) 0xC3);
    assertThat(message[1]).isEqualTo((byte) 0x01);
    SpecificRecordBase decoded =
        new BinaryMessageDecoder<SpecificRecordBase>(data, record.getSchema()).decode(message);
    assertThat(decoded).isEqualTo(record).hasSameClassAs(record);
  }

  @Test
  void no_two_records_share_a_fingerprint() {
    Set<Long> fingerprints = new HashSet<>();
    records()
        .forEach(
            record ->
                assertThat(
                        fingerprints.add(
                            SchemaNormalization.parsingFingerprint64(record.getSchema())))
                    .as(record.getSchema().getFullName())
                    .isTrue());
  }
}
