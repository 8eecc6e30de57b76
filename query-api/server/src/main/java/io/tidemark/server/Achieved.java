package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.tidemark.log.LogIds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.store.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a read over one or more shards has achieved: the merged token, the worst staleness, and
 * whether all of it is one exact cut. Not thread-safe.
 */
final class Achieved {
  private final ReadOptions options;
  private final String clusterId;
  private final @Nullable Cut cut;
  private final @Nullable RowOrder order;

  private int shards;
  private boolean exact = true;
  private boolean building;
  private boolean ageKnown = true;

  /** When the oldest of the samples that the shards cover was taken; nothing without shards. */
  private long oldestNs;

  private long stalenessMs;
  private @Nullable Position shown;
  private int viewVersion;
  private LogIds logIds = LogIds.NONE;
  private @Nullable Token token;
  private @Nullable SerializedString tokenText;

  /** What is told of the only shard; {@code null} when there are several. */
  private @Nullable Told only;

  /** What the token is to cover in the end: a view may have a thousand shards. */
  private final List<Token> tokens = new ArrayList<>(1);

  /** A read of whatever is visible, or of the state that the request names. */
  Achieved(ReadOptions options, String clusterId) {
    this(options, clusterId, null, null);
  }

  /** A read at that cut. */
  Achieved(ReadOptions options, String clusterId, Cut cut) {
    this(options, clusterId, cut, null);
  }

  /** A read of whatever is visible, whose rows have to keep an order. */
  Achieved(ReadOptions options, String clusterId, RowOrder order) {
    this(options, clusterId, null, order);
  }

  private Achieved(
      ReadOptions options, String clusterId, @Nullable Cut cut, @Nullable RowOrder order) {
    this.options = options;
    this.clusterId = clusterId;
    this.cut = cut;
    this.order = order;
    this.token = options.token();
  }

  /** What a read does with the rows. */
  interface Rows<T> {
    T in(Snapshot snapshot);
  }

  /** Reads rows of a shard, and takes down what state they belong to. */
  <T> T read(ServedView view, Shard shard, Rows<T> rows) {
    if (cut != null) {
      Shard.Pinned pinned = cut.of(shard);
      add(view, shard, pinned.reflected(), pinned.state());
      return rows.in(pinned.snapshot());
    }
    AsOf asOf = options.asOf();
    if (asOf != null) {
      try (Shard.Pinned past = asOf.pin(view, shard)) {
        add(view, shard, past.reflected(), past.state());
        return rows.in(past.snapshot());
      }
    }
    // Before the snapshot, so that the snapshot reflects at least that.
    Position reflected = shard.reflected();
    return shard.read(
        (snapshot, state) -> {
          add(view, shard, reflected, state);
          return rows.in(snapshot);
        });
  }

  /** The same of the rows of these keys. */
  <T> T readKeys(ServedView view, Shard shard, List<byte[]> keys, Rows<T> rows) {
    return read(
        view,
        shard,
        snapshot -> {
          if (order != null) {
            order.readAfterLookUp(shard, snapshot, keys);
          }
          return rows.in(snapshot);
        });
  }

  private void add(ServedView view, Shard shard, Position reflected, ReplicaState state) {
    exact &= cut != null || (state.exact() && (shown == null || shown.equals(state.frontier())));
    shown = state.frontier();
    if (shards == 0) {
      viewVersion = view.version();
    }
    logIds = view.logIds();
    Told told = shard.told(state, clusterId);
    building |= told.building();
    Freshness.Sample covered = view.freshness().covered(reflected);
    // A state of the past is as old as was asked for: that is nothing that could be too old.
    ageKnown &= covered != null && options.asOf() == null;
    if (covered != null && (shards == 0 || covered.takenNs() - oldestNs < 0)) {
      oldestNs = covered.takenNs();
    }
    if (shards == 0) {
      // The usual case: what is told is the same as for the read before.
      only = told.with(token);
      token = only.token();
      tokens.add(token);
    } else {
      only = null;
      tokens.add(told.token());
    }
    shards++;
  }

  /**
   * Everything has been read: from here on the token and the staleness stand. Whether that still is
   * as fresh as the request demands, after whatever time the reading took.
   */
  boolean isFreshEnough() {
    if (tokens.size() > 1) {
      token = Token.merge(tokens);
    }
    // Where no row was asked for, none is stale.
    stalenessMs = shards == 0 ? 0 : Freshness.roundedUpMs(System.nanoTime() - oldestNs);
    return options.level() != Level.BOUNDED
        || (ageKnown && stalenessMs <= options.maxStalenessMs());
  }

  /** The token that the reader takes along, as a header's value. */
  CharSequence token() {
    return only != null ? only.header() : tokenText().getValue();
  }

  private SerializedString tokenText() {
    SerializedString text = tokenText;
    if (text == null) {
      text =
          only != null
              ? only.text()
              : new SerializedString((token == null ? Token.empty(clusterId) : token).encode());
      tokenText = text;
    }
    return text;
  }

  /** What the next page of a scan must go by. */
  Cursor.@Nullable Carried carriedOn() {
    AsOf asOf = options.asOf();
    if (cut != null) {
      return new Cursor.Carried(new Token(clusterId, cut.position(), logIds), true, null);
    }
    return options.level() == Level.EVENTUAL || token == null
        ? null
        : new Cursor.Carried(token, false, asOf == null ? null : asOf.text());
  }

  /** How old the rows are at most, {@link Freshness#UNKNOWN} if that is not known. */
  long stalenessMs() {
    return ageKnown ? stalenessMs : Freshness.UNKNOWN;
  }

  /** Writes the member {@code read}. */
  void write(JsonGenerator json) throws IOException {
    new ReadMember(
            options.level(),
            options.confirmations(),
            options.asOf(),
            tokenText(),
            exact,
            cut == null ? null : cut.position(),
            viewVersion,
            building)
        .write(json, stalenessMs());
  }

  /** The same where it is what other reads have said too; {@code null} where it is not. */
  ReadMember.@Nullable Prepared prepared() {
    return only == null
            || cut != null
            || options.asOf() != null
            || !options.confirmations().isEmpty()
        ? null
        : only.read(options.level(), viewVersion);
  }
}
