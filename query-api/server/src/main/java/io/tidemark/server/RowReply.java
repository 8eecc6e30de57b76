package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.node.TextNode;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replies with one row of a view, joined of what is the same for all rows of the view, what is the
 * same for all reads of a state, and the little that is not. Thread-safe.
 */
final class RowReply {
  private static final SerializedString BEFORE_ROW = new SerializedString("},\"row\":");

  private final RowJson rows;

  /** What stands before the value of each key column. */
  private final List<SerializedString> beforeColumns;

  RowReply(String view, KeyColumns keyColumns, RowJson rows) {
    this.rows = rows;
    this.beforeColumns = new ArrayList<>();
    String before = "{\"view\":" + quoted(view) + ",\"key\":{";
    for (String column : keyColumns.names()) {
      beforeColumns.add(new SerializedString(before + quoted(column) + ":"));
      before = ",";
    }
  }

  private static String quoted(String text) {
    return new String(Json.bytes(TextNode.valueOf(text)), StandardCharsets.UTF_8);
  }

  /** The whole body. */
  byte[] body(
      KeyColumns.Key key, byte @Nullable [] row, ReadMember.Prepared read, long stalenessMs) {
    return Pieces.ofThread()
        .join(
            json -> {
              for (int i = 0; i < beforeColumns.size(); i++) {
                json.writeRaw(beforeColumns.get(i));
                KeyedRows.writeColumn(json, key.columns().get(i));
              }
              json.writeRaw(BEFORE_ROW);
              rows.writeOrNull(json, row);
              read.write(json, stalenessMs);
            });
  }

  /**
   * Values that are written one after the other without anything in between. Used by one thread,
   * since making a generator costs as much as writing a row.
   */
  private static final class Pieces {
    /** What a reply has needed once is not kept if it is more than that. */
    private static final int MOST_KEPT_BYTES = 64 << 10;

    /** Netty's, since its threads have these at hand and have to search for the JDK's. */
    private static final FastThreadLocal<Pieces> OF_THREAD =
        new FastThreadLocal<>() {
          @Override
          protected Pieces initialValue() {
            return new Pieces();
          }
        };

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
    private final JsonGenerator json;

    /** Writes the pieces of one reply. */
    interface Joining {
      void write(JsonGenerator json) throws IOException;
    }

    private Pieces() {
      try {
        json = Json.MAPPER.createGenerator(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      json.setRootValueSeparator(null);
    }

    static Pieces ofThread() {
      return OF_THREAD.get();
    }

    byte[] join(Joining joining) {
      boolean whole = false;
      try {
        joining.write(json);
        json.flush();
        whole = bytes.size() <= MOST_KEPT_BYTES;
        return bytes.toByteArray();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        bytes.reset();
        if (!whole) {
          // Also after an error: the generator may stand in the midst of an object.
          OF_THREAD.remove();
        }
      }
    }
  }
}
