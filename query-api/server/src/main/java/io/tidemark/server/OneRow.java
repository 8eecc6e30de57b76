package io.tidemark.server;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** One row by its key. A row that does not exist is an answer, not an error. */
record OneRow(ServedView view, Shard shard, KeyColumns.Key key) implements Selection {
  @Override
  public Collection<Shard> shards() {
    return List.of(shard);
  }

  @Override
  public Body read(Achieved achieved) {
    byte[] wanted = key.bytes();
    Optional<byte[]> value =
        achieved.readKeys(
            view, shard, List.of(wanted), snapshot -> Optional.ofNullable(snapshot.get(wanted)));
    return json -> KeyedRows.write(json, view, key, value.orElse(null));
  }
}
