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

  private int shards;
  private boolean exact = true;
  private boolean building;
  private boolean ageKnown = true;
  private long oldestNs = System.nanoTime();
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
    Freshness.Sample covered = view.freshness().covered(reflected);
    ageKnown &= covered != null;
    if (covered != null && covered.takenNs() - oldestNs < 0) {
      oldestNs = covered.takenNs();
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

  /**
   * Everything has been read: from here on the staleness stands. Whether that still is as fresh as
   * the request demands, after whatever time the reading took.
   */
  boolean isFreshEnough() {
    stalenessMs = Freshness.roundedUpMs(System.nanoTime() - oldestNs);
    return options.level() != Level.BOUNDED
        || (ageKnown && stalenessMs <= options.maxStalenessMs());
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
    if (ageKnown) {
      json.writeNumberField("stalenessMs", stalenessMs);
    } else {
      json.writeNullField("stalenessMs");
    }
    json.writeBooleanField("exact", exact);
    json.writeNumberField("viewVersion", view.version());
    json.writeBooleanField("building", building);
    json.writeEndObject();
  }
}
