package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
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
  public Found read(Achieved achieved) {
    byte[] wanted = key.bytes();
    return achieved.readKeys(
        view, shard, List.of(wanted), snapshot -> new Found(view, key, snapshot.get(wanted)));
  }

  /** What has been found; {@code null} for no row. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Found(ServedView view, KeyColumns.Key key, byte @Nullable [] row)
      implements Selection.Body {
    @Override
    public void write(JsonGenerator json) throws IOException {
      KeyedRows.write(json, view, key, row);
    }

    /** The body of a reply with nothing else in it. */
    byte[] reply(ReadMember.Prepared read, long stalenessMs) {
      return view.rowReply().body(key, row, read, stalenessMs);
    }
  }
}
