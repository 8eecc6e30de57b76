package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows by their keys, in the order that they were asked for. */
final class KeyedRows implements Selection {
  private final ServedView view;
  private final List<KeyColumns.Key> keys;
  private final Map<Shard, List<byte[]>> byShard = new LinkedHashMap<>();

  KeyedRows(ServedView view, List<KeyColumns.Key> keys) {
    this.view = view;
    this.keys = keys;
    for (KeyColumns.Key key : keys) {
      byShard.computeIfAbsent(view.shardOf(key.bytes()), s -> new ArrayList<>()).add(key.bytes());
    }
  }

  /**
   * Takes the member {@code keys} of a request.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_REQUEST}, {@link ErrorCode#INVALID_LIMIT},
   *     {@link ErrorCode#INVALID_KEY}
   */
  static KeyedRows parse(ServedView view, @Nullable JsonNode keys, String where) {
    if (keys == null || !keys.isArray()) {
      throw Problem.invalid(where + " needs a member 'keys', an array of keys");
    }
    if (keys.size() > RowsApi.MAX_ROWS) {
      throw new TidemarkException(
          ErrorCode.INVALID_LIMIT,
          "at most " + RowsApi.MAX_ROWS + " keys at once, got " + keys.size());
    }
    List<KeyColumns.Key> parsed = new ArrayList<>(keys.size());
    keys.forEach(each -> parsed.add(view.keyColumns().parse(each)));
    return new KeyedRows(view, parsed);
  }

  @Override
  public ServedView view() {
    return view;
  }

  @Override
  public Collection<Shard> shards() {
    return byShard.keySet();
  }

  @Override
  public Body read(Achieved achieved) {
    // Of each shard, the values in the order in which its keys come.
    Map<Shard, List<byte @Nullable []>> found = new LinkedHashMap<>();
    byShard.forEach(
        (shard, wanted) ->
            found.put(
                shard,
                achieved.readKeys(view, shard, wanted, snapshot -> snapshot.getAll(wanted))));
    return json -> {
      Map<Shard, Iterator<byte @Nullable []>> next = new LinkedHashMap<>();
      found.forEach((shard, values) -> next.put(shard, values.iterator()));
      json.writeArrayFieldStart("rows");
      for (KeyColumns.Key key : keys) {
        Iterator<byte @Nullable []> values = next.get(view.shardOf(key.bytes()));
        json.writeStartObject();
        write(json, view, key, values == null ? null : values.next());
        json.writeEndObject();
      }
      json.writeEndArray();
    };
  }

  /** Writes the members {@code key} and {@code row}. */
  static void write(
      JsonGenerator json, ServedView view, KeyColumns.Key key, byte @Nullable [] value)
      throws IOException {
    json.writeObjectFieldStart("key");
    List<String> names = view.keyColumns().names();
    for (int i = 0; i < names.size(); i++) {
      json.writeFieldName(names.get(i));
      writeColumn(json, key.columns().get(i));
    }
    json.writeEndObject();
    json.writeFieldName("row");
    view.rows().writeOrNull(json, value);
  }

  /** Writes the value of a key column as it was asked for. */
  static void writeColumn(JsonGenerator json, JsonNode column) throws IOException {
    // A tree costs a serializer and a flush.
    if (column.isTextual()) {
      json.writeString(column.textValue());
    } else if (column.isInt() || column.isLong()) {
      json.writeNumber(column.longValue());
    } else {
      json.writeTree(column);
    }
  }
}
