package io.tidemark.server;

import io.tidemark.log.LogEnds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What each level demands of the shards before their rows may be read. Thread-safe.
 *
 * <p>Eventual demands an open shard. Session demands what the token covers. Strong looks up where
 * the logs end, after the request arrived, and demands that; on request it has other brokers
 * confirm that whoever told it still led. Bounded demands any sample of the logs' ends that is
 * young enough, and looks for itself when the samples that are taken all the time are not. Snapshot
 * demands that all of them stand at one exact cut. As of an earlier state demands that the shards
 * have come to it. Every other level but eventual also demands the token, if there is one.
 */
final class Promises {
  private final LogEnds ends;
  private final Waits waits;
  private final Function<String, @Nullable ServedView> viewOfChangelog;

  Promises(LogEnds ends, Waits waits, Function<String, @Nullable ServedView> viewOfChangelog) {
    this.ends = ends;
    this.waits = waits;
    this.viewOfChangelog = viewOfChangelog;
  }

  /**
   * Completes when all of the rows are good enough to be read; at once when they are already. May
   * complete on any thread.
   */
  CompletableFuture<Void> await(List<Selection> selections, ReadOptions options) {
    requireLogs(selections, options);
    if (options.level() == Level.SNAPSHOT) {
      return awaitCut(selections, options);
    }
    return all(selections, each -> await(each.view(), each.shards(), options));
  }

  /**
   * A token says nothing about logs but its own, so it must not be compared with others of their
   * names. That also goes for reads that do not demand it: no token could cover it and their rows.
   */
  private static void requireLogs(List<Selection> selections, ReadOptions options) {
    Token token = options.asOf() == null ? options.token() : options.asOf().token();
    if (token != null) {
      selections.forEach(each -> each.view().requireSameLogs(token));
    }
    requireCurrentLogs(selections, options);
  }

  /**
   * What is promised is promised of the logs that there are, and not of others of their names.
   *
   * @throws TidemarkException {@link ErrorCode#LOG_RECREATED}
   */
  static void requireCurrentLogs(List<Selection> selections, ReadOptions options) {
    if (options.level() != Level.EVENTUAL && options.level() != Level.AS_OF) {
      selections.forEach(each -> each.view().requireCurrentLogs());
    }
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
      case EVENTUAL -> waits.await(view, shards, open -> Requirement.NONE, options);
      case SESSION -> session(view, shards, options);
      case STRONG ->
          lookUp(view, options).thenCompose(sample -> strong(view, shards, sample, options));
      case BOUNDED ->
          reach(view, shards, Requirement.NONE, options)
              .thenCompose(met -> awaitFresh(view, shards, options));
      case AS_OF -> {
        requireRetention(view);
        AsOf asOf = Objects.requireNonNull(options.asOf());
        yield waits.await(view, shards, shard -> asOf.awaited(view, shard), options);
      }
      case SNAPSHOT -> throw new IllegalStateException("a snapshot is awaited as a whole");
    };
  }

  private CompletableFuture<Void> session(
      ServedView view, Collection<Shard> shards, ReadOptions options) {
    Token token = options.demanded();
    if (token == null) {
      return reach(view, shards, Requirement.NONE, options);
    }
    boolean known = true;
    for (Shard shard : shards) {
      known &= shard.isKnownToSatisfy(token);
    }
    if (known) {
      return Waits.MET;
    }
    CompletableFuture<Void> kept = reach(view, shards, Requirement.NONE, options);
    if (kept.isDone() && !kept.isCompletedExceptionally()) {
      shards.forEach(shard -> shard.satisfies(token));
    }
    return kept;
  }

  /** All that the token's reader can have seen was in the logs before the request arrived. */
  private CompletableFuture<Void> strong(
      ServedView view, Collection<Shard> shards, Freshness.Sample sample, ReadOptions options) {
    Requirement ends = Requirement.of(sample.ends());
    return waits.await(
        view,
        shards,
        shard -> ends.and(Requirement.ofToken(view, shard, options.token())),
        options);
  }

  /** Waits for the requirement, and for the token with all that its reader can have seen. */
  private CompletableFuture<Void> reach(
      ServedView view, Collection<Shard> shards, Requirement wanted, ReadOptions options) {
    Token token = options.demanded();
    if (token == null) {
      return waits.await(view, shards, any -> wanted, options);
    }
    Map<Shard, Requirement> requirements = new HashMap<>();
    boolean known = true;
    for (Shard shard : shards) {
      Requirement requirement = wanted.and(Requirement.ofToken(view, shard, token));
      Position seen = seenElsewhere(view, shard, token);
      known &= seen != null;
      requirements.put(shard, seen == null ? requirement : requirement.and(Requirement.of(seen)));
    }
    Function<Shard, Requirement> required =
        shard -> Objects.requireNonNull(requirements.get(shard));
    return known
        ? waits.await(view, shards, required, options)
        : lookUp(view, options)
            .thenCompose(
                sample -> {
                  // Whatever the reader has seen, it was in the logs before this look.
                  Requirement all = Requirement.of(sample.ends());
                  return waits.await(
                      view, shards, shard -> required.apply(shard).and(all), options);
                });
  }

  /**
   * An upper bound of what the token's reader has seen in rows of other shards and views, as far as
   * it concerns this shard; {@code null} when only a look at the logs' ends can tell. Rows of exact
   * views never run ahead of the position that the token has from them; of views that this one
   * reads the changelog offset says enough.
   */
  private @Nullable Position seenElsewhere(ServedView view, Shard shard, Token token) {
    Position.Builder seen = Position.builder();
    boolean[] unknown = {false};
    token
        .position()
        .forEach(
            (topic, number, offset) -> {
              boolean own = topic.equals(shard.changelog()) && number == shard.number();
              if (own || !Shards.isChangelog(topic) || view.known().contains(topic)) {
                return;
              }
              ServedView other = viewOfChangelog.apply(topic);
              if (other == null || number >= other.shards().size()) {
                unknown[0] = true;
              } else if (!other.definition().getExact()
                  && !Collections.disjoint(other.sources(), view.sources())) {
                Position bound = other.shards().get(number).upperBounds().of(offset);
                unknown[0] |= bound == null;
                if (bound != null) {
                  seen.advance(
                      bound.restrictedTo(
                          log -> other.sources().contains(log) && view.sources().contains(log)));
                }
              }
            });
    return unknown[0] ? null : seen.build();
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

  private static void requireRetention(ServedView view) {
    if (view.retention().isZero()) {
      throw new TidemarkException(
          ErrorCode.NO_RETENTION,
          ("view %s keeps no earlier states; create it WITH ('retention' = '1 h'), or as long as"
                  + " they are to be kept, or read it without asOf")
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
    Position before = view.furthest();
    long takenNs = System.nanoTime();
    Set<String> logs = view.sources();
    CompletableFuture<Freshness.Sample> answer =
        (options.confirms(Confirmation.EPOCH)
                ? ends.confirmedEnds(logs, Waits.lookUpTimeout(options))
                : ends.ends(logs))
            .thenApply(
                position -> {
                  if (!position.covers(before)) {
                    throw shrunk(view, before, position);
                  }
                  Freshness.Sample sample = new Freshness.Sample(takenNs, position);
                  view.freshness().add(sample);
                  return sample;
                });
    // A confirmed look-up ends by itself, and says more of why it does.
    return options.confirms(Confirmation.EPOCH)
        ? answer
        : waits.withDeadline(answer, logs, options);
  }

  /** A view that reflects more than there is reflects another log. */
  private static TidemarkException shrunk(ServedView view, Position reflected, Position ends) {
    return new TidemarkException(
        ErrorCode.LOG_SHRUNK,
        ("view %s reflects %s, but its logs end at %s: a log was deleted and made anew or has lost"
                + " events, and then the view must be dropped and created again; or a broker that"
                + " leads no longer has answered")
            .formatted(view.name(), reflected, ends));
  }
}
