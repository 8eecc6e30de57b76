package io.tidemark.server;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One row by its key. A row that does not exist is an answer, not an error. */
record OneRow(ServedView view, Shard shard, KeyColumns.Key key) implements Selection {
  @Override
  public Collection<Shard> shards() {
    return List.of(shard);
  }

  @Override
  public Body read(Achieved achieved) {
    List<byte @Nullable []> value = achieved.readKeys(view, shard, List.of(key.bytes()));
    return json -> KeyedRows.write(json, view, key, value.get(0));
  }
}
