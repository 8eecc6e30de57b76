package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.control.EpochStart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Shards of one or more views, held at states that together are one cut. Not thread-safe; close it
 * soon.
 *
 * <p><b>What one cut is.</b> A position P, such that every shard shows exactly the events below P
 * in the logs that its view reads. Only exact states count: rows of a tick may run ahead of their
 * position. Two views that read a common log must show the same offsets of all its partitions;
 * views without a common log agree about nothing, so any of their exact states make a P. Shards of
 * one view must also come from one run of its job, since a run that begins again at a checkpoint
 * may take the partitions' events in another order.
 *
 * <p>Shards move from cut to cut each in its own time. One that is ahead is held at the state that
 * it showed at the cut, for as long as its store keeps that one.
 */
final class Cut implements AutoCloseable {
  private final Map<Shard, Shard.Pinned> pins = new IdentityHashMap<>();
  private final Map<ServedView, Run> runs = new HashMap<>();
  private final Set<String> logs = new HashSet<>();
  private Position position = Position.empty();

  /** The position, and beyond it what is known to hold no events. */
  private Position reflected = Position.empty();

  /** A run of a job: a submission, and the checkpoint that it began at. */
  private record Run(long generation, long checkpoint) {}

  private Cut() {}

  /**
   * Holds the shards at a cut that covers the request's token, and that is the request's if it
   * names one; {@code null} when at this moment there is none.
   */
  static @Nullable Cut pin(List<Selection> selections, ReadOptions options) {
    // The cut that any one shard shows is tried for all: whoever is ahead has to go back to it.
    Set<Position> tried = new HashSet<>();
    for (Selection anchor : selections) {
      for (Shard shard : anchor.shards()) {
        Position shown = shard.visible().frontier().restrictedTo(anchor.view().sources()::contains);
        if (tried.add(shown)) {
          Cut cut = new Cut();
          boolean whole = false;
          try {
            if (options.cut() != null) {
              cut.agree(anchor.view().sources(), options.cut(), options.cut());
            }
            whole = cut.add(anchor.view(), shard, options) && cut.addAll(selections, options);
          } finally {
            if (!whole) {
              cut.close();
            }
          }
          if (whole) {
            return cut;
          }
        }
      }
    }
    return null;
  }

  /**
   * Makes sure that no shard has moved on from the cut that the request names. For when there was
   * no such cut to be held.
   *
   * @throws TidemarkException {@link ErrorCode#CUT_GONE}
   */
  static void requireNotPassed(List<Selection> selections, ReadOptions options) {
    Position wanted = options.cut();
    if (wanted == null) {
      return;
    }
    for (Selection selection : selections) {
      for (Shard shard : selection.shards()) {
        Position shown =
            shard.visible().frontier().restrictedTo(selection.view().sources()::contains);
        if (!wanted.covers(shown)) {
          throw new TidemarkException(
              ErrorCode.CUT_GONE,
              ("view %s has moved on from the cut %s to %s, and does not keep it any more; begin"
                      + " again with the first page")
                  .formatted(selection.view().name(), wanted, shown));
        }
      }
    }
  }

  private boolean addAll(List<Selection> selections, ReadOptions options) {
    for (Selection selection : selections) {
      for (Shard shard : new LinkedHashSet<>(selection.shards())) {
        if (!pins.containsKey(shard) && !add(selection.view(), shard, options)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean add(ServedView view, Shard shard, ReadOptions options) {
    Requirement requirement = Requirement.ofToken(view, shard, options.demanded()).exactly();
    Shard.Pinned pinned = shard.pin((state, reached) -> serves(view, requirement, state, reached));
    if (pinned == null) {
      pinned = goBack(view, shard, requirement);
    }
    if (pinned == null) {
      return false;
    }
    pins.put(shard, pinned);
    runs.put(view, run(pinned.state()));
    agree(view.sources(), pinned.state().frontier(), pinned.reflected());
    return true;
  }

  /** The shard as it was at the cut so far; {@code null} when that is not to be had. */
  private Shard.@Nullable Pinned goBack(ServedView view, Shard shard, Requirement requirement) {
    Set<String> common = new HashSet<>(view.sources());
    common.retainAll(logs);
    Shard.Pinned earlier = common.isEmpty() ? null : shard.pinWithin(position, common);
    if (earlier == null) {
      return null;
    }
    // No event lies between the cut and there, whichever shard this was found out of.
    Position reached = earlier.state().frontier().merge(reflected.restrictedTo(common::contains));
    if (serves(view, requirement, earlier.state(), reached)) {
      return new Shard.Pinned(earlier.snapshot(), earlier.state(), reached);
    }
    earlier.close();
    return null;
  }

  private boolean serves(
      ServedView view, Requirement requirement, ReplicaState state, Position reached) {
    return requirement.isMetBy(state, reached)
        && fits(view.sources(), state.frontier())
        && run(state).equals(runs.getOrDefault(view, run(state)));
  }

  private boolean fits(Set<String> sources, Position shown) {
    return shown
        .restrictedTo(log -> sources.contains(log) && logs.contains(log))
        .equals(position.restrictedTo(sources::contains));
  }

  private void agree(Set<String> sources, Position shown, Position reached) {
    logs.addAll(sources);
    position = position.merge(shown.restrictedTo(sources::contains));
    reflected = reflected.merge(reached.restrictedTo(sources::contains));
  }

  private static Run run(ReplicaState state) {
    EpochStart start = state.start();
    return start == null
        ? new Run(-1, -1)
        : new Run(start.getGeneration(), start.getRestoredCheckpoint());
  }

  /** Everything below it, and nothing else, is in the rows. */
  Position position() {
    return position;
  }

  /** The shard as it is at the cut. */
  Shard.Pinned of(Shard shard) {
    Shard.Pinned pinned = pins.get(shard);
    if (pinned == null) {
      throw new IllegalStateException("shard " + shard + " is no part of the cut");
    }
    return pinned;
  }

  @Override
  public void close() {
    new ArrayList<>(pins.values()).forEach(Shard.Pinned::close);
    pins.clear();
  }
}
