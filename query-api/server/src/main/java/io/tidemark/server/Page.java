package io.tidemark.server;

import io.tidemark.log.changelog.RowKey;
import io.tidemark.store.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows in key order, a page at a time, merged over all shards of a view. */
final class Page implements Selection {
  private final ServedView view;
  private final byte[] prefix;
  private final byte[] from;
  private final int limit;

  /**
   * A page.
   *
   * @param from the first key; the prefix for the first page
   */
  Page(ServedView view, byte[] prefix, byte[] from, int limit) {
    this.view = view;
    this.prefix = prefix;
    this.from = from;
    this.limit = limit;
  }

  /**
   * The prefix is a path of key columns, each URL-encoded. The last one matches as the begin of a
   * text; a slash behind it says that it is whole.
   */
  static byte[] prefix(ServedView view, String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    boolean closed = text.endsWith("/");
    List<String> pieces = Route.split("/" + (closed ? text.substring(0, text.length() - 1) : text));
    return view.keyColumns().prefix(pieces.stream().map(Urls::decodeSegment).toList(), closed);
  }

  @Override
  public ServedView view() {
    return view;
  }

  @Override
  public Collection<Shard> shards() {
    return view.shards();
  }

  private static final class Row {
    private final byte[] key;
    private final byte[] value;

    Row(byte[] key, byte[] value) {
      this.key = key;
      this.value = value;
    }
  }

  @Override
  public Body read(Achieved achieved) {
    byte[] to = prefix.length == 0 ? null : RowKey.afterPrefix(prefix);
    List<Row> rows = new ArrayList<>();
    for (Shard shard : view.shards()) {
      rows.addAll(achieved.read(view, shard, snapshot -> firstRows(snapshot, from, to, limit + 1)));
    }
    rows.sort((a, b) -> Arrays.compareUnsigned(a.key, b.key));
    List<Row> page = rows.subList(0, Math.min(limit, rows.size()));
    boolean more = rows.size() > limit;
    return json -> {
      json.writeArrayFieldStart("rows");
      for (Row row : page) {
        json.writeStartObject();
        view.rows().writeKeyAndRow(json, row.value);
        json.writeEndObject();
      }
      json.writeEndArray();
      if (more) {
        byte[] last = page.get(page.size() - 1).key;
        json.writeStringField("cursor", Cursor.encode(view, prefix, last, achieved.carriedOn()));
      }
    };
  }

  private static Collection<Row> firstRows(
      Snapshot snapshot, byte[] from, byte @Nullable [] to, int count) {
    List<Row> rows = new ArrayList<>();
    snapshot.scan(
        from,
        to,
        (key, value) -> {
          rows.add(new Row(key, value));
          return rows.size() < count;
        });
    return rows;
  }
}
