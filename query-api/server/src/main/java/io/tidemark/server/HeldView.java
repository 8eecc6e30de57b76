package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ReplicaState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All shards of a view, each held at a state that readers were shown, for as long as it is open.
 * The shards of an exact view are held at one cut, unless each was asked for by itself. Not
 * thread-safe.
 */
final class HeldView implements AutoCloseable {
  private final ServedView view;
  private final List<Shard.Pinned> shards;

  private HeldView(ServedView view, List<Shard.Pinned> shards) {
    this.view = view;
    this.shards = shards;
  }

  /**
   * What readers see at this moment; {@code null} when the view is exact and its shards do not
   * stand at one cut that covers the request's token.
   *
   * @param all the rows of the view
   */
  static @Nullable HeldView now(Page all, ReadOptions options) {
    ServedView view = all.view();
    if (!view.definition().getExact()) {
      return of(view, shard -> Objects.requireNonNull(shard.pin((state, reflected) -> true)));
    }
    // What it has pinned is closed here, shard by shard, so the cut need not be.
    Cut cut = Cut.pin(List.of(all), options);
    return cut == null ? null : of(view, cut::of);
  }

  /** Each shard held at a state of its own. */
  static HeldView of(ServedView view, Function<Shard, Shard.Pinned> held) {
    HeldView all = new HeldView(view, new ArrayList<>());
    boolean whole = false;
    try {
      for (Shard shard : view.shards()) {
        all.shards.add(held.apply(shard));
      }
      whole = true;
      return all;
    } finally {
      if (!whole) {
        all.close();
      }
    }
  }

  /** The shards by their numbers. */
  List<Shard.Pinned> shards() {
    return shards;
  }

  /** Whether any shard has made something visible since then. */
  boolean isAheadOf(HeldView earlier) {
    for (int i = 0; i < shards.size(); i++) {
      if (shards.get(i).state().nextOffset() > earlier.shards.get(i).state().nextOffset()) {
        return true;
      }
    }
    return false;
  }

  /** What a reader of all these rows takes along. */
  Token token(String clusterId) {
    Position.Builder seen = Position.builder();
    for (int i = 0; i < shards.size(); i++) {
      seen.advance(view.shards().get(i).token(shards.get(i).state(), clusterId).position());
    }
    return new Token(clusterId, seen.build(), view.logIds());
  }

  /** Whether all the rows are exactly one position's, and not newer. */
  boolean exact() {
    Position first = shards.get(0).state().frontier();
    return shards.stream()
        .map(Shard.Pinned::state)
        .allMatch(state -> state.exact() && state.frontier().equals(first));
  }

  /** Whether the view is still being computed for the first time. */
  boolean building() {
    return shards.stream().map(Shard.Pinned::state).anyMatch(ReplicaState::building);
  }

  @Override
  public void close() {
    shards.forEach(Shard.Pinned::close);
  }
}
