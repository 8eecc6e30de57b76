package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.tidemark.log.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The member {@code read} of a reply: which promise the rows keep. All of it but the staleness is
 * the same for all reads of a state at a level, so it can be {@link #prepared}.
 *
 * @param asOf the state of the past that the request named; {@code null} for none
 * @param token what the reader takes along
 * @param cut where all rows were read; {@code null} for no cut
 */
record ReadMember(
    Level level,
    Set<Confirmation> confirmations,
    @Nullable AsOf asOf,
    SerializedString token,
    boolean exact,
    @Nullable Position cut,
    int viewVersion,
    boolean building) {
  private static final String NAME = "read";
  private static final int ANY_DIGIT = 7;

  /** Writes the member, behind others or as the first one. */
  void write(JsonGenerator json, long stalenessMs) throws IOException {
    writeBegin(json);
    writeStaleness(json, stalenessMs);
    writeEnd(json);
  }

  private void writeBegin(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart(NAME);
    json.writeStringField("level", level.text());
    if (!confirmations.isEmpty()) {
      json.writeStringField("confirmed", Confirmation.text(confirmations));
    }
    if (asOf != null) {
      json.writeStringField("asOf", asOf.text());
    }
    json.writeFieldName("token");
    json.writeString(token);
    json.writeFieldName("stalenessMs");
  }

  private void writeEnd(JsonGenerator json) throws IOException {
    json.writeBooleanField("exact", exact);
    if (cut != null) {
      json.writeObjectField("cut", Json.position(cut));
    }
    json.writeNumberField("viewVersion", viewVersion);
    json.writeBooleanField("building", building);
    json.writeEndObject();
  }

  private static void writeStaleness(JsonGenerator json, long stalenessMs) throws IOException {
    if (stalenessMs == Freshness.UNKNOWN) {
      json.writeNull();
    } else {
      json.writeNumber(stalenessMs);
    }
  }

  /** The same, encoded once for many replies that end with it. */
  Prepared prepared() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int end;
    try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      writeBegin(json);
      json.writeNumber(ANY_DIGIT);
      json.flush();
      end = bytes.size();
      writeEnd(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // Without the brace that stands in for the reply's begin, and without the number.
    byte[] all = bytes.toByteArray();
    return new Prepared(
        new SerializedString("," + new String(all, 1, end - 2, StandardCharsets.UTF_8)),
        new SerializedString(new String(all, end, all.length - end, StandardCharsets.UTF_8)));
  }

  /**
   * A reply's end, but for the staleness. Immutable.
   *
   * @param begin from the comma behind the member before
   * @param end up to the end of the reply
   */
  record Prepared(SerializedString begin, SerializedString end) {
    void write(JsonGenerator json, long stalenessMs) throws IOException {
      json.writeRaw(begin);
      writeStaleness(json, stalenessMs);
      json.writeRaw(end);
    }
  }
}
