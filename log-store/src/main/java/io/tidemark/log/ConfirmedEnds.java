package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks up where logs end, and makes sure that whoever told it had not been deposed: {@link
 * PartitionLook} says how. Thread-safe.
 *
 * <p>One thread of its own, begun by the first who asks, talks to all brokers at once. Of each log
 * one look-up is under way, and whoever comes while it is shares the next. What the look-ups of
 * several logs want of a broker goes into one request of each kind, and none is sent while the one
 * before is not answered: so a broker that stands still collects no requests, and holds up only
 * those who cannot do without it.
 */
final class ConfirmedEnds implements AutoCloseable {
  private static final long IDLE_MS = 60_000;
  private static final long BUSY_MS = 20;
  private static final long UNSENT_MS = 5;

  /** Somebody who wants to know where some logs end. Belongs to the thread once it has arrived. */
  private static final class Waiter {
    final CompletableFuture<Position> answer = new CompletableFuture<>();
    final Set<LogLook> looks = new HashSet<>();
    final Set<String> logs;
    final Duration timeout;
    final long deadlineNs;
    Position ends = Position.empty();

    Waiter(Set<String> logs, Duration timeout) {
      this.logs = logs;
      this.timeout = timeout;
      this.deadlineNs = System.nanoTime() + timeout.toNanos();
    }
  }

  private final Map<String, Object> clientConfig;
  private final Object lock = new Object();
  private List<Waiter> arrived = new ArrayList<>();
  private @Nullable BrokerLinks links;
  private boolean closed;

  ConfirmedEnds(Map<String, Object> clientConfig) {
    this.clientConfig = clientConfig;
  }

  /** As {@link LogEnds#confirmedEnds}. */
  CompletableFuture<Position> ends(Set<String> logs, Duration timeout) {
    Waiter waiter = new Waiter(logs, timeout);
    synchronized (lock) {
      if (closed) {
        return CompletableFuture.failedFuture(KafkaErrors.closed(null));
      }
      try {
        if (links == null) {
          links = begin();
        }
        arrived.add(waiter);
        links.wakeup();
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(KafkaErrors.translate(e, "looking up ends"));
      }
    }
    return waiter.answer;
  }

  private BrokerLinks begin() {
    BrokerLinks begun = new BrokerLinks(clientConfig);
    Thread thread = new Thread(() -> new Run(begun).run(), "tidemark-confirmed-ends");
    thread.setDaemon(true);
    thread.start();
    return begun;
  }

  /** What has arrived since the last time; {@code null} when it is over. */
  private @Nullable List<Waiter> arrived() {
    synchronized (lock) {
      if (closed) {
        return null;
      }
      // Never the list itself: it may be added to as soon as the lock is free.
      List<Waiter> all = List.copyOf(arrived);
      arrived.clear();
      return all;
    }
  }

  @Override
  public void close() {
    List<Waiter> left;
    synchronized (lock) {
      closed = true;
      if (links != null) {
        links.wakeup();
      }
      left = arrived;
      arrived = new ArrayList<>();
    }
    // The thread fails those that it knows.
    left.forEach(waiter -> waiter.answer.completeExceptionally(KafkaErrors.closed(null)));
  }

  /** What the thread does and knows. */
  private final class Run {
    private final BrokerLinks links;
    private final KnownLeaders leaders = new KnownLeaders();
    private final EndRequests requests;
    private final Map<String, LogLook> underWay = new LinkedHashMap<>();
    private final Map<String, LogLook> next = new HashMap<>();
    private final List<Waiter> waiters = new ArrayList<>();

    Run(BrokerLinks links) {
      this.links = links;
      this.requests = new EndRequests(links, leaders);
    }

    void run() {
      TidemarkException why = KafkaErrors.closed(null);
      try {
        List<Waiter> come = arrived();
        while (come != null) {
          come.forEach(this::admit);
          boolean unsent = requests.send(underWay.values(), System.nanoTime());
          links.poll(pauseMs(unsent, System.nanoTime()));
          finishDone(System.nanoTime());
          giveUpLate(System.nanoTime());
          come = arrived();
        }
      } catch (RuntimeException e) {
        why = KafkaErrors.translate(e, "looking up confirmed ends");
      } finally {
        end(why);
      }
    }

    private void admit(Waiter waiter) {
      for (String log : waiter.logs) {
        LogLook current = underWay.computeIfAbsent(log, l -> new LogLook(l, System.nanoTime()));
        waiter.looks.add(
            current.hasBegun()
                ? next.computeIfAbsent(log, l -> new LogLook(l, System.nanoTime()))
                : current);
      }
      if (waiter.looks.isEmpty()) {
        waiter.answer.complete(waiter.ends);
      } else {
        waiters.add(waiter);
      }
    }

    private long pauseMs(boolean unsent, long nowNs) {
      if (waiters.isEmpty()) {
        return IDLE_MS;
      }
      long pauseMs = unsent ? UNSENT_MS : BUSY_MS;
      for (Waiter waiter : waiters) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(waiter.deadlineNs - nowNs) + 1;
        pauseMs = Math.min(pauseMs, Math.max(0, leftMs));
      }
      return pauseMs;
    }

    private void finishDone(long nowNs) {
      List<LogLook> done =
          underWay.values().stream().filter(look -> look.isDone(leaders, nowNs)).toList();
      for (LogLook look : done) {
        goOn(look.log());
        Position position = look.position();
        for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
          Waiter waiter = all.next();
          if (waiter.looks.remove(look)) {
            waiter.ends = waiter.ends.merge(position);
            if (waiter.looks.isEmpty()) {
              all.remove();
              waiter.answer.complete(waiter.ends);
            }
          }
        }
      }
    }

    /** The look-up of the log is over; those who came meanwhile get theirs. */
    private void goOn(String log) {
      LogLook following = next.remove(log);
      if (following == null) {
        underWay.remove(log);
      } else {
        underWay.put(log, following);
      }
    }

    private void giveUpLate(long nowNs) {
      boolean any = false;
      for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
        Waiter waiter = all.next();
        if (waiter.deadlineNs - nowNs <= 0) {
          all.remove();
          any = true;
          waiter.answer.completeExceptionally(late(waiter, nowNs));
        }
      }
      if (any) {
        Set<LogLook> awaited =
            waiters.stream().flatMap(waiter -> waiter.looks.stream()).collect(Collectors.toSet());
        next.values().removeIf(look -> !awaited.contains(look));
        List<LogLook> given =
            underWay.values().stream().filter(look -> !awaited.contains(look)).toList();
        given.forEach(look -> goOn(look.log()));
      }
    }

    private TidemarkException late(Waiter waiter, long nowNs) {
      boolean told = true;
      boolean unknown = false;
      Set<String> texts = new TreeSet<>();
      for (LogLook look : waiter.looks) {
        // One that has not begun waits for the one under way, which tells what is the matter.
        LogLook telling = underWay.getOrDefault(look.log(), look);
        LogLook.Missing missing = telling.missing(leaders, nowNs);
        told &= missing.told();
        unknown |= missing.unknown();
        texts.add(missing.text());
      }
      String all = String.join("; ", texts);
      long timeoutMs = waiter.timeout.toMillis();
      if (told) {
        return new TidemarkException(
            ErrorCode.EPOCH_NOT_CONFIRMED,
            ("within %d ms it could not be made sure that the leaders who told the logs' ends still"
                    + " lead: %s; try again later, or read at strong without confirm")
                .formatted(timeoutMs, all));
      }
      return new TidemarkException(
          unknown ? ErrorCode.UNKNOWN_LOG : ErrorCode.LOG_UNAVAILABLE,
          "within %d ms Kafka did not say where the logs %s end: %s"
              .formatted(timeoutMs, new TreeSet<>(waiter.logs), all));
    }

    private void end(TidemarkException why) {
      List<Waiter> left = new ArrayList<>(waiters);
      synchronized (lock) {
        // After a failure the next who asks begins anew.
        ConfirmedEnds.this.links = null;
        left.addAll(arrived);
        arrived = new ArrayList<>();
      }
      links.close();
      left.forEach(waiter -> waiter.answer.completeExceptionally(why));
    }
  }
}
