package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.log.LogIds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import org.junit.jupiter.api.Test;

class TokensTest {
  private static final LogIds IDS = LogIds.of("log", 5);

  private final Tokens tokens = new Tokens();

  private static Token token(String clusterId, long offset) {
    return new Token(clusterId, Position.of("log", 0, offset), IDS);
  }

  @Test
  void eachTextGivesItsOwnTokenHoweverManyThereAre() {
    for (int round = 0; round < 2; round++) {
      for (int offset = 0; offset < 2_000; offset++) {
        Token token = token("c", offset);
        assertThat(tokens.read(token.encode(), "c")).isEqualTo(token);
        assertThat(tokens.read(token.encode(), "c")).isEqualTo(token);
      }
    }
  }

  @Test
  void aTokenThatComesAgainIsNotReadAgain() {
    String text = token("c", 7).encode();
    Token first = tokens.read(text, "c");
    assertThat(tokens.read(new String(text.toCharArray()), "c")).isSameAs(first);
  }

  @Test
  void aForeignTokenIsRefusedAlsoWhenItIsKnown() {
    String text = token("c", 7).encode();
    tokens.read(text, "c");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> tokens.read(text, "other"))
          .isInstanceOfSatisfying(
              TidemarkException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.FOREIGN_TOKEN));
      assertThatThrownBy(() -> tokens.read(text.substring(1), "c"))
          .isInstanceOfSatisfying(
              TidemarkException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOKEN));
    }
    assertThat(tokens.read(text, "c")).isEqualTo(token("c", 7));
  }
}
