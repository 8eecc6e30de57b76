package io.tidemark.server;

import io.tidemark.log.LogEnds;
import io.tidemark.log.Position;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What each level demands of the shards before their rows may be read. Thread-safe.
 *
 * <p>Eventual demands an open shard. Session demands what the token covers. Strong looks up where
 * the logs end, after the request arrived, and demands that. Bounded demands any sample of the
 * logs' ends that is young enough, and looks for itself when the samples that are taken all the
 * time are not. Snapshot demands that all of them stand at one exact cut. Every level but eventual
 * also demands the token, if there is one.
 */
final class Promises {
  private final LogEnds ends;
  private final Waits waits;

  Promises(LogEnds ends, Waits waits) {
    this.ends = ends;
    this.waits = waits;
  }

  /**
   * Completes when all of the rows are good enough to be read; at once when they are already. May
   * complete on any thread.
   */
  CompletableFuture<Void> await(List<Selection> selections, ReadOptions options) {
    if (options.level() == Level.SNAPSHOT) {
      return awaitCut(selections, options);
    }
    return all(selections, each -> await(each.view(), each.shards(), options));
  }

  private static CompletableFuture<Void> all(
      List<Selection> selections, Function<Selection, CompletableFuture<Void>> await) {
    return selections.size() == 1
        ? await.apply(selections.get(0))
        : CompletableFuture.allOf(
            selections.stream().map(await).toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Void> await(
      ServedView view, Collection<Shard> shards, ReadOptions options) {
    return switch (options.level()) {
      case EVENTUAL -> {
        Map<Shard, Requirement> open = new LinkedHashMap<>();
        shards.forEach(shard -> open.put(shard, Requirement.NONE));
        yield waits.await(view, open, options);
      }
      case SESSION -> reach(view, shards, Requirement.NONE, options);
      case STRONG ->
          lookUp(view, options)
              .thenCompose(sample -> reach(view, shards, Requirement.of(sample.ends()), options));
      case BOUNDED ->
          reach(view, shards, Requirement.NONE, options)
              .thenCompose(met -> awaitFresh(view, shards, options));
      case SNAPSHOT -> throw new IllegalStateException("a snapshot is awaited as a whole");
    };
  }

  /** Waits for the requirement, and for the token. */
  private CompletableFuture<Void> reach(
      ServedView view, Collection<Shard> shards, Requirement wanted, ReadOptions options) {
    Map<Shard, Requirement> requirements = new LinkedHashMap<>();
    for (Shard shard : shards) {
      requirements.put(shard, wanted.and(Requirement.ofToken(view, shard, options.demanded())));
    }
    return waits.await(view, requirements, options);
  }

  /**
   * Waits until every shard has exactly a cut, and has come to where the furthest of them is: then
   * they stand at one cut, unless one has moved on meanwhile.
   */
  private CompletableFuture<Void> awaitCut(List<Selection> selections, ReadOptions options) {
    Position furthest = options.cut() == null ? furthest(selections) : options.cut();
    for (Selection selection : selections) {
      requireExact(selection.view());
    }
    return all(
        selections,
        each -> {
          Position wanted = furthest.restrictedTo(each.view().sources()::contains);
          return reach(each.view(), each.shards(), Requirement.of(wanted).exactly(), options);
        });
  }

  private static Position furthest(List<Selection> selections) {
    Position furthest = Position.empty();
    for (Selection selection : selections) {
      for (Shard shard : selection.shards()) {
        furthest = furthest.merge(shard.visible().frontier());
      }
    }
    return furthest;
  }

  private static void requireExact(ServedView view) {
    if (!view.definition().getExact()) {
      throw new TidemarkException(
          ErrorCode.SNAPSHOT_NEEDS_EXACT,
          ("view %s tells its progress by lower bounds, which make no cut; create it"
                  + " WITH ('progress' = 'exact'), or read it at another level")
              .formatted(view.name()));
    }
  }

  /** Completes a moment later, on a thread where nothing may take time. */
  CompletableFuture<Void> pause() {
    return waits.pause();
  }

  private CompletableFuture<Void> awaitFresh(
      ServedView view, Collection<Shard> shards, ReadOptions options) {
    long boundNs = TimeUnit.MILLISECONDS.toNanos(options.maxStalenessMs());
    long nowNs = System.nanoTime();
    Shard stale = null;
    for (Shard shard : shards) {
      Freshness.Sample covered = view.freshness().covered(shard.reflected());
      if (covered == null || covered.ageNs(nowNs) > boundNs) {
        stale = shard;
      }
    }
    Freshness.Sample newest = view.freshness().newest();
    if (stale == null) {
      return CompletableFuture.completedFuture(null);
    }
    if (options.remainingMs() == 0) {
      // The shards keep up, but looking up the ends takes longer than the bound.
      Position wanted = newest == null ? Position.empty() : newest.ends();
      return CompletableFuture.failedFuture(
          waits.late(view, stale, Requirement.of(wanted), options));
    }
    // One that has used up half of the bound would likely be too old when the shards are there.
    CompletableFuture<Freshness.Sample> goal =
        newest != null && newest.ageNs(nowNs) <= boundNs / 2
            ? CompletableFuture.completedFuture(newest)
            : lookUp(view, options);
    return goal.thenCompose(sample -> reach(view, shards, Requirement.of(sample.ends()), options))
        .thenCompose(met -> awaitFresh(view, shards, options));
  }

  /**
   * Looks up where the view's logs end, and remembers it as a sample. Every event that had been
   * acknowledged when this was called is below the answer.
   */
  private CompletableFuture<Freshness.Sample> lookUp(ServedView view, ReadOptions options) {
    long takenNs = System.nanoTime();
    CompletableFuture<Freshness.Sample> answer =
        ends.ends(view.sources())
            .thenApply(
                position -> {
                  Freshness.Sample sample = new Freshness.Sample(takenNs, position);
                  view.freshness().add(sample);
                  return sample;
                });
    return waits.withDeadline(answer, view.sources(), options);
  }
}
