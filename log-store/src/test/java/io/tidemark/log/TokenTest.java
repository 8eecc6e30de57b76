package io.tidemark.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.control.LogOffsets;
import io.tidemark.schemas.control.TokenBody;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {
  private final Token token =
      new Token(
          "cluster-a", Position.of("flights", 3, 7_000_000_000L).merge(Position.of("x", 0, 1)));

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
        new TokenBody("cluster-a", List.of(new LogOffsets("flights", List.of(-5L)))).toByteBuffer();
    CRC32C crc = new CRC32C();
    crc.update(body.duplicate());
    ByteBuffer whole = ByteBuffer.allocate(body.remaining() + 4);
    whole.put(body).putInt((int) crc.getValue());
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
    assertThatThrownBy(() -> Token.parse(text))
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOKEN))
        .hasMessageContaining("negative");
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
  }

  @Test
  void mergesTakingTheLargerOffset() {
    Token other =
        new Token("cluster-a", Position.of("flights", 3, 1).merge(Position.of("x", 0, 9)));
    assertThat(token.merge(other).position())
        .isEqualTo(Position.of("flights", 3, 7_000_000_000L).merge(Position.of("x", 0, 9)));
  }
}
