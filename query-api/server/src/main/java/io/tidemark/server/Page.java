package io.tidemark.server;

import io.tidemark.log.changelog.RowKey;
import io.tidemark.store.Snapshot;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;
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

  private record Row(byte[] key, byte[] value) {}

  /** The first rows of all shards, however many shards there are. */
  private static final class FirstRows {
    private final int most;

    /** The last key on top, since it gives way to a smaller one. */
    private final PriorityQueue<Row> rows =
        new PriorityQueue<>((a, b) -> Arrays.compareUnsigned(b.key, a.key));

    private byte @Nullable [] to;

    /**
     * No rows yet.
     *
     * @param to the end, exclusive; null for the last row of all
     */
    FirstRows(int most, byte @Nullable [] to) {
      this.most = most;
      this.to = to;
    }

    /**
     * Adds those of a shard. Once there are enough, no shard is read further than the last of them:
     * of n shards with rows at random, each row is looked at some ln(n) times instead of n times.
     */
    FirstRows with(Snapshot snapshot, byte[] from) {
      snapshot.scan(from, to, this::add);
      return this;
    }

    private boolean add(byte[] key, byte[] value) {
      if (to != null && Arrays.compareUnsigned(key, to) >= 0) {
        return false;
      }
      rows.add(new Row(key, value));
      if (rows.size() > most) {
        rows.remove();
      }
      if (rows.size() == most) {
        to = rows.element().key;
      }
      return true;
    }

    List<Row> inOrder() {
      Row[] sorted = rows.toArray(new Row[0]);
      Arrays.sort(sorted, (a, b) -> Arrays.compareUnsigned(a.key, b.key));
      return Arrays.asList(sorted);
    }
  }

  @Override
  public Body read(Achieved achieved) {
    // One more than wanted tells whether there are more.
    FirstRows first =
        new FirstRows(limit + 1, prefix.length == 0 ? null : RowKey.afterPrefix(prefix));
    for (Shard shard : view.shards()) {
      achieved.read(view, shard, snapshot -> first.with(snapshot, from));
    }
    List<Row> rows = first.inOrder();
    boolean more = rows.size() > limit;
    List<Row> page = more ? rows.subList(0, limit) : rows;
    return json -> {
      json.writeArrayFieldStart("rows");
      for (Row row : page) {
        json.writeStartObject();
        json.writeFieldName("key");
        view.keyColumns().write(json, row.key);
        json.writeFieldName("row");
        view.rows().write(json, row.value);
        json.writeEndObject();
      }
      json.writeEndArray();
      if (more) {
        byte[] last = page.get(page.size() - 1).key;
        json.writeStringField("cursor", Cursor.encode(view, prefix, last, achieved.carriedOn()));
      }
    };
  }
}
