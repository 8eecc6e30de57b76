package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.control.LogOffsets;
import io.tidemark.schemas.control.TokenBody;
import io.tidemark.schemas.control.TokenLog;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.common.Uuid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {
  private static final String CHANGELOG = "_tidemark-changelog-v-v1";
  private static final LogIds IDS = LogIds.of(Map.of("flights", Long.MIN_VALUE, "x", 5L));

  private final Token token =
      new Token(
          "cluster-a",
          Position.of("flights", 3, 7_000_000_000L)
              .merge(Position.of("x", 0, 1))
              .merge(Position.of(CHANGELOG, 1, 6)),
          IDS);

  @Test
  void survivesItsString() {
    assertThat(Token.parse(token.encode(), "cluster-a")).isEqualTo(token);
    assertThat(token.encode()).matches("[A-Za-z0-9_-]+");
  }

  @Test
  void everyChangedCharacterIsNoticed() {
    String text = token.encode();
    // The last character may hold bits that base64 ignores.
    for (int i = 0; i < text.length() - 1; i++) {
      char changed = text.charAt(i) == 'A' ? 'B' : 'A';
      String garbled = text.substring(0, i) + changed + text.substring(i + 1);
      assertThatThrownBy(() -> Token.parse(garbled))
          .as("character %d", i)
          .isInstanceOfSatisfying(
              TidemarkException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOKEN));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "not a token!", "AAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void refusesWhatIsNoToken(String text) {
    assertThatThrownBy(() -> Token.parse(text))
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOKEN))
        .hasMessageContaining("exactly as an append or a read returned it");
  }

  @Test
  void refusesNegativeOffsetsEvenWithARightChecksum() throws Exception {
    ByteBuffer body =
        new TokenBody("cluster-a", List.of(new TokenLog("flights", 1L, List.of(-5L))), List.of())
            .toByteBuffer();
    assertInvalid(withChecksum(body), "negative");
  }

  @Test
  void refusesALogWithoutAnIdEvenWithARightChecksum() throws Exception {
    ByteBuffer body =
        new TokenBody("cluster-a", List.of(), List.of(new LogOffsets("flights", List.of(5L))))
            .toByteBuffer();
    assertInvalid(withChecksum(body), "which log flights is meant");
    assertThatThrownBy(() -> new Token("cluster-a", Position.of("flights", 0, 1), LogIds.NONE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesTheFormatThatHadNoIdsAndSaysSo() throws Exception {
    Schema offsets = LogOffsets.getClassSchema();
    Schema before =
        SchemaBuilder.record("io.tidemark.schemas.control.TokenBody")
            .fields()
            .requiredString("clusterId")
            .name("position")
            .type()
            .array()
            .items(offsets)
            .noDefault()
            .endRecord();
    GenericRecord body = new GenericData.Record(before);
    body.put("clusterId", "cluster-a");
    body.put("position", List.of(new LogOffsets("flights", List.of(5L))));
    ByteBuffer encoded =
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), before).encode(body);
    assertInvalid(withChecksum(encoded), "another version of Tidemark");
  }

  private static String withChecksum(ByteBuffer body) {
    CRC32C crc = new CRC32C();
    crc.update(body.duplicate());
    ByteBuffer whole = ByteBuffer.allocate(body.remaining() + 4);
    whole.put(body).putInt((int) crc.getValue());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
  }

  private static void assertInvalid(String text, String why) {
    assertThatThrownBy(() -> Token.parse(text))
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOKEN))
        .hasMessageContaining(why);
  }

  @Test
  void refusesATokenOfAnotherCluster() {
    assertThatThrownBy(() -> Token.parse(token.encode(), "cluster-b"))
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FOREIGN_TOKEN))
        .hasMessageContaining("cluster-a")
        .hasMessageContaining("cluster-b");
    assertThatThrownBy(() -> token.merge(Token.empty("cluster-b")))
        .isInstanceOf(TidemarkException.class);
    assertThatThrownBy(() -> Token.merge(List.of(token, Token.empty("cluster-b"))))
        .isInstanceOf(TidemarkException.class);
  }

  @Test
  void mergesTakingTheLargerOffset() {
    Token other =
        new Token(
            "cluster-a",
            Position.of("flights", 3, 1)
                .merge(Position.of("x", 0, 9))
                .merge(Position.of("y", 0, 2)),
            IDS.merge(LogIds.of("y", 8)));
    Token merged = token.merge(other);
    assertThat(merged.position())
        .isEqualTo(
            Position.of("flights", 3, 7_000_000_000L)
                .merge(Position.of("x", 0, 9))
                .merge(Position.of("y", 0, 2))
                .merge(Position.of(CHANGELOG, 1, 6)));
    assertThat(merged.logIds())
        .isEqualTo(LogIds.of(Map.of("flights", Long.MIN_VALUE, "x", 5L, "y", 8L)));
    assertThat(merged).isEqualTo(other.merge(token));
    Token third = new Token("cluster-a", Position.of(CHANGELOG, 300, 4), LogIds.of("z", 3));
    assertThat(Token.merge(List.of(token, third, other)))
        .isEqualTo(token.merge(third).merge(other));
    assertThat(Token.merge(List.of(token))).isEqualTo(token);
  }

  @Test
  void refusesToMergeOverALogThatWasMadeAnew() {
    Token old = new Token("cluster-a", Position.of("x", 0, 3), LogIds.of("x", 4));
    // Also where nothing of the log has been reached.
    Token nothing = new Token("cluster-a", Position.empty(), LogIds.of("x", 4));
    for (Token each : List.of(old, nothing)) {
      for (ThrowingCallable merge :
          List.<ThrowingCallable>of(
              () -> token.merge(each),
              () -> each.merge(token),
              () -> Token.merge(List.of(token, each)))) {
        assertThatThrownBy(merge)
            .isInstanceOfSatisfying(
                TidemarkException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_RECREATED))
            .hasMessageContaining("log x");
      }
    }
    assertThat(old.merge(nothing)).isEqualTo(old);
  }

  @Test
  void anIdWithoutOffsetsSurvivesToo() {
    Token nothing = new Token("cluster-a", Position.empty(), IDS);
    assertThat(Token.parse(nothing.encode())).isEqualTo(nothing);
  }

  @Test
  void anIdIsMadeOfBothHalvesOfKafkas() {
    assertThat(LogIds.of(new Uuid(0xF0L, 0x0FL))).isEqualTo(0xFFL);
  }
}
