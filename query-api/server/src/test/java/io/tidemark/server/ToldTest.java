package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.tidemark.log.LogIds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.schemas.control.EpochStart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToldTest {
  private static final LogIds IDS = LogIds.of("log", 5);

  private static Told told(long offset, boolean exact) {
    EpochStart start = new EpochStart(1L, 0L, List.of());
    ReplicaState state = new ReplicaState(9, 0, start, Position.empty(), at(offset), exact, 0, 0);
    return new Told(state, token(at(offset)));
  }

  private static Position at(long offset) {
    return Position.of("log", 0, offset);
  }

  private static Token token(Position position) {
    return new Token("c", position, LogIds.of("log", 5).merge(LogIds.of("other", 6)));
  }

  private interface Writing {
    void write(JsonGenerator json) throws IOException;
  }

  private static String written(Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
      writing.write(json);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsPreparedIsWhatWouldBeWritten() throws Exception {
    for (Level level : Level.values()) {
      for (long stale : new long[] {Freshness.UNKNOWN, 0, 7, 12_345}) {
        for (boolean flag : new boolean[] {false, true}) {
          Told told = told(3, flag);
          ReadMember member =
              new ReadMember(level, Set.of(), null, told.text(), flag, null, 4, false);
          assertThat(told.read(level, 4)).isNull();
          ReadMember.Prepared prepared = Objects.requireNonNull(told.read(level, 4));
          assertThat("{\"view\":7" + written(json -> prepared.write(json, stale)))
              .isEqualTo(
                  written(
                      json -> {
                        json.writeStartObject();
                        json.writeNumberField("view", 7);
                        member.write(json, stale);
                        json.writeEndObject();
                      }));
        }
      }
    }
  }

  @Test
  void levelsAreToldApart() {
    Told told = told(3, false);
    for (Level level : Level.values()) {
      assertThat(told.read(level, 1)).isNull();
    }
    for (Level level : Level.values()) {
      assertThat(Objects.requireNonNull(told.read(level, 1)).begin().getValue())
          .startsWith(",\"read\":{\"level\":\"" + level.text() + "\",");
    }
  }

  @Test
  void aSessionTakesAlongWhatItBroughtAndWhatItSaw() {
    Told told = told(3, false);
    assertThat(told.with(null)).isSameAs(told);
    assertThat(told.with(token(at(2)))).isSameAs(told);
    Token ahead = token(at(2).merge(Position.of("other", 1, 8)));
    Token both = token(at(3).merge(Position.of("other", 1, 8)));
    Token further = token(at(4));
    // In turn: what is remembered of the one must not be told to the other.
    for (int i = 0; i < 3; i++) {
      assertThat(told.with(ahead).token()).isEqualTo(both);
      assertThat(told.with(ahead).text()).isEqualTo(new SerializedString(both.encode()));
      assertThat(told.with(ahead).header().toString()).isEqualTo(both.encode());
      assertThat(told.with(further).token()).isEqualTo(further);
      assertThat(told.token()).isEqualTo(token(at(3)));
    }
  }

  @Test
  void aTokenThatNamesAnotherLogWithoutAnyOffsetIsTakenAlong() {
    EpochStart start = new EpochStart(1L, 0L, List.of());
    ReplicaState state = new ReplicaState(9, 0, start, Position.empty(), at(3), true, 0, 0);
    Token own = new Token("c", at(3), IDS);
    Token brought = new Token("c", at(1), IDS.merge(LogIds.of("other", 6)));
    assertThat(new Told(state, own).with(brought).token()).isEqualTo(brought.merge(own));
  }
}
