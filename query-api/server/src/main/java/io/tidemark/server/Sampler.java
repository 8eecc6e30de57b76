package io.tidemark.server;

import io.tidemark.log.LogEnds;
import io.tidemark.log.LogIds;
import io.tidemark.log.Position;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples where the logs end, so that every reply can say how stale it is; and looks whether they
 * still are the logs that the views were created over.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a sample that fails is followed by the next
final class Sampler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
  private static final long EVERY_MS = 100;
  private static final long GAPS_EVERY_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long IDS_EVERY_MS = 1_000;

  private final LogEnds ends;
  private final Function<Set<String>, CompletableFuture<LogIds>> ids;
  private final Views views;
  private final Waits waits;
  private final AtomicBoolean underWay = new AtomicBoolean();
  private final Map<ServedView, Freshness.Sample> quiet = new HashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "tidemark-sampler");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * A sampler that has not started.
   *
   * @param ids looks up which logs stand behind the names
   */
  Sampler(
      LogEnds ends,
      Function<Set<String>, CompletableFuture<LogIds>> ids,
      Views views,
      Waits waits) {
    this.ends = ends;
    this.ids = ids;
    this.views = views;
    this.waits = waits;
  }

  void start() {
    timer.scheduleWithFixedDelay(this::sample, EVERY_MS, EVERY_MS, TimeUnit.MILLISECONDS);
    timer.scheduleWithFixedDelay(
        this::compareLogs, IDS_EVERY_MS, IDS_EVERY_MS, TimeUnit.MILLISECONDS);
  }

  private Set<String> logs() {
    Set<String> logs = new HashSet<>();
    views.all().forEach(view -> logs.addAll(view.sources()));
    return logs;
  }

  /** A log that is deleted and made anew grows past the old one, and then its ends say nothing. */
  private void compareLogs() {
    Set<String> logs = logs();
    if (!logs.isEmpty()) {
      ids.apply(logs).thenAccept(current -> views.all().forEach(view -> view.compare(current)));
    }
  }

  private void sample() {
    Set<String> logs = logs();
    if (logs.isEmpty() || !underWay.compareAndSet(false, true)) {
      return;
    }
    Map<Shard, Long> shown = new HashMap<>();
    Map<ServedView, Position> furthest = new HashMap<>();
    for (ServedView view : views.all()) {
      view.shards().forEach(shard -> shown.put(shard, shard.visible().nextOffset()));
      furthest.put(view, view.furthest());
    }
    long takenNs = System.nanoTime();
    ends.ends(logs)
        .whenComplete(
            (position, failure) -> {
              try {
                if (failure == null) {
                  furthest.forEach((view, before) -> add(view, before, takenNs, position));
                  shown.forEach((shard, offset) -> shard.upperBounds().add(offset, position));
                } else {
                  LOG.debug("No sample of the ends of {}", logs, failure);
                }
              } finally {
                underWay.set(false);
              }
            });
  }

  private void add(ServedView view, Position furthest, long takenNs, Position position) {
    if (!position.covers(furthest)) {
      // The view reflects more than its logs hold, so not these logs: nothing makes it fresh.
      LOG.debug("{} reflects {}, but its logs end at {}", view, furthest, position);
      return;
    }
    Freshness.Sample sample =
        new Freshness.Sample(takenNs, position.restrictedTo(view.sources()::contains));
    view.freshness().add(sample);
    Freshness.Sample before = quiet.get(view);
    if (before == null || !before.ends().equals(sample.ends())) {
      quiet.keySet().retainAll(views.all());
      quiet.put(view, sample);
    } else if (takenNs - before.takenNs() > GAPS_EVERY_NS) {
      // The logs stand still and yet are not reflected: most likely they end in a gap.
      quiet.put(view, sample);
      view.shards().forEach(shard -> waits.lookIntoGaps(shard, sample.ends()));
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
