package io.tidemark.server;

import io.tidemark.log.LogEnds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What each level demands of the shards before their rows may be read. Thread-safe.
 *
 * <p>Eventual demands an open shard. Session demands what the token covers. Strong looks up where
 * the logs end, after the request arrived, and demands that. Bounded demands any sample of the
 * logs' ends that is young enough, and looks for itself when the samples that are taken all the
 * time are not. Every level but eventual also demands the token, if there is one.
 */
final class Promises {
  private final LogEnds ends;
  private final Waits waits;

  Promises(LogEnds ends, Waits waits) {
    this.ends = ends;
    this.waits = waits;
  }

  /**
   * Completes when all of the shards are good enough to be read; at once when they are already. May
   * complete on any thread.
   */
  CompletableFuture<Void> await(ServedView view, Collection<Shard> shards, ReadOptions options) {
    return switch (options.level()) {
      case EVENTUAL -> {
        Map<Shard, Requirement> open = new LinkedHashMap<>();
        shards.forEach(shard -> open.put(shard, Requirement.NONE));
        yield waits.await(view, open, options);
      }
      case SESSION -> reach(view, shards, Position.empty(), options);
      case STRONG ->
          lookUp(view, options).thenCompose(sample -> reach(view, shards, sample.ends(), options));
      case BOUNDED ->
          reach(view, shards, Position.empty(), options)
              .thenCompose(met -> awaitFresh(view, shards, options));
      case SNAPSHOT -> throw Level.unsupported("consistency=" + options.level().text());
    };
  }

  /** Waits for that position, and for the token. */
  private CompletableFuture<Void> reach(
      ServedView view, Collection<Shard> shards, Position wanted, ReadOptions options) {
    Map<Shard, Requirement> requirements = new LinkedHashMap<>();
    for (Shard shard : shards) {
      Requirement requirement = new Requirement(wanted, 0);
      Token token = options.token();
      requirements.put(
          shard, token == null ? requirement : requirement.and(ofToken(view, shard, token)));
    }
    return waits.await(view, requirements, options);
  }

  /**
   * What the token says about this shard; logs that the view does not read say nothing. A read of a
   * view that this one reads counts by the changelog offset that it saw.
   */
  private static Requirement ofToken(ServedView view, Shard shard, Token token) {
    Position position = token.position();
    return new Requirement(
        position.restrictedTo(view.known()::contains),
        position.offset(shard.changelog(), shard.number()));
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
          waits.late(view, stale, new Requirement(wanted, 0), options));
    }
    // One that has used up half of the bound would likely be too old when the shards are there.
    CompletableFuture<Freshness.Sample> goal =
        newest != null && newest.ageNs(nowNs) <= boundNs / 2
            ? CompletableFuture.completedFuture(newest)
            : lookUp(view, options);
    return goal.thenCompose(sample -> reach(view, shards, sample.ends(), options))
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
