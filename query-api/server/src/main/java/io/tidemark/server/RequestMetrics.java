package io.tidemark.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the node counts and times. Thread-safe. */
final class RequestMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Key, Timer> requests = new ConcurrentHashMap<>();

  private record Key(String route, String method, int status, String level) {}

  PrometheusMeterRegistry registry() {
    return registry;
  }

  /** A request was answered; no route means that none was found. */
  void served(@Nullable Route route, int status, String level, long elapsedNs) {
    Key key =
        new Key(
            route == null ? "none" : route.template(),
            route == null ? "" : route.method(),
            status,
            status == 400 ? "" : level);
    // Looked up first: computeIfAbsent may lock, also where there is nothing to compute.
    Timer timer = requests.get(key);
    if (timer == null) {
      timer = requests.computeIfAbsent(key, this::timer);
    }
    timer.record(elapsedNs, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Key key) {
    return Timer.builder("tidemark.http.requests")
        .description("HTTP requests, from their arrival to their reply")
        .tag("route", key.route())
        .tag("method", key.method())
        .tag("status", Integer.toString(key.status()))
        .tag("level", key.level())
        .serviceLevelObjectives(
            Duration.ofMillis(1),
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofSeconds(5))
        .register(registry);
  }

  /** Shows how many reads wait. */
  void watch(Waits waits) {
    Gauge.builder("tidemark.reads.waiting", waits, Waits::waiting)
        .description("Reads that wait for progress")
        .register(registry);
  }

  /** Shows how many streams of changes run, and what their readers are behind with. */
  void watch(Streams streams) {
    Gauge.builder("tidemark.changes.streams", streams, Streams::count)
        .description("Streams of changes that run")
        .register(registry);
    Gauge.builder("tidemark.changes.unsent.bytes", streams, Streams::unsentBytes)
        .description("What streams of changes have written and their readers not taken")
        .register(registry);
  }

  /** Shows how far behind a shard is. */
  void watch(ServedView view, Shard shard) {
    Gauge.builder("tidemark.shard.lag.records", shard, Shard::lagRecords)
        .description("Changelog records that the replica has not applied")
        .tag("view", view.toString())
        .tag("shard", Integer.toString(shard.number()))
        .register(registry);
    Gauge.builder("tidemark.shard.stopped", shard, s -> s.trouble() == null ? 0 : 1)
        .description("1 while the replica has stopped because of an error")
        .tag("view", view.toString())
        .tag("shard", Integer.toString(shard.number()))
        .register(registry);
    Gauge.builder(
            "tidemark.shard.staleness.ms", shard, s -> view.freshness().stalenessMs(s.reflected()))
        .description("How stale the replica is at most, -1 when unknown")
        .tag("view", view.toString())
        .tag("shard", Integer.toString(shard.number()))
        .register(registry);
  }

  /** The view is gone, and so is what was shown of it. */
  void forget(ServedView view) {
    registry.getMeters().stream()
        .filter(meter -> view.toString().equals(meter.getId().getTag("view")))
        .forEach(registry::remove);
  }

  @Override
  public void close() {
    registry.close();
  }
}
