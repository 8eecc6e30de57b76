package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a read over one or more shards has achieved: the merged token, the worst staleness, and
 * whether all of it is one exact cut. Not thread-safe.
 */
final class Achieved {
  private final ServedView view;
  private final ReadOptions options;
  private final String clusterId;
  private final long nowNs = System.nanoTime();

  private int shards;
  private boolean exact = true;
  private boolean building;
  private long stalenessMs;
  private @Nullable Position cut;
  private @Nullable Token token;
  private @Nullable String tokenText;

  Achieved(ServedView view, ReadOptions options, String clusterId) {
    this.view = view;
    this.options = options;
    this.clusterId = clusterId;
    this.token = options.token();
  }

  /**
   * One shard was read.
   *
   * @param reflected what the shard reflected before it was read
   */
  void add(Shard shard, Position reflected, ReplicaState state) {
    exact &= state.exact() && (cut == null || cut.equals(state.frontier()));
    cut = state.frontier();
    building |= state.building();
    if (stalenessMs != Freshness.UNKNOWN) {
      long shardMs = view.freshness().stalenessMs(reflected, nowNs);
      stalenessMs = shardMs == Freshness.UNKNOWN ? shardMs : Math.max(stalenessMs, shardMs);
    }
    if (shards == 0 && token == null) {
      // The usual case: nothing to merge, and the text is the same as for the read before.
      tokenText = shard.tokenText(state, clusterId);
      token = shard.token(state, clusterId);
    } else {
      tokenText = null;
      Token seen = shard.token(state, clusterId);
      token = token == null ? seen : token.merge(seen);
    }
    shards++;
  }

  /** The token that the reader takes along. */
  String token() {
    if (tokenText == null) {
      tokenText = (token == null ? Token.empty(clusterId) : token).encode();
    }
    return tokenText;
  }

  /** Writes the member {@code read}. */
  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("read");
    json.writeStringField("level", options.level().text());
    json.writeStringField("token", token());
    long staleMs =
        options.level() == Level.STRONG
            // The ends were looked up after the request arrived.
            ? (System.nanoTime() - options.arrivedNs()) / 1_000_000
            : stalenessMs;
    if (staleMs == Freshness.UNKNOWN) {
      json.writeNullField("stalenessMs");
    } else {
      json.writeNumberField("stalenessMs", staleMs);
    }
    json.writeBooleanField("exact", exact);
    json.writeNumberField("viewVersion", view.version());
    json.writeBooleanField("building", building);
    json.writeEndObject();
  }
}
