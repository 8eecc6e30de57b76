package io.tidemark.log;

import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.clock.ClockWatch;
import io.tidemark.schemas.clock.Renewed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Two threads with a consumer each: one answers where partitions end, the other one looks into
 * gaps, so that a slow look never holds up an end. Ends that are to be confirmed are looked up by
 * {@link ConfirmedEnds}.
 */
final class KafkaLogEnds implements LogEnds, AutoCloseable {
  private static final int TIMEOUT_MS = 5_000;
  private static final int GAP_TIMEOUT_MS = 500;

  /** Behind a transaction's last event lies a marker, so the last offset alone tells little. */
  private static final int LAST_OFFSETS = 8;

  /** An event that was seen may be deleted by retention, and then there is a gap. */
  private static final long SEEN_FOR_NS = TimeUnit.SECONDS.toNanos(1);

  private record Waiting(Set<String> logs, CompletableFuture<Position> answer) {}

  /** No committed event lies in [from, to). */
  private record Gap(long from, long to) {}

  /** A committed event lay there at that time. */
  private record Seen(long offset, long atNs) {
    boolean isIn(long from, long to) {
      return from <= offset && offset < to && System.nanoTime() - atNs < SEEN_FOR_NS;
    }
  }

  /** Of which log, since offsets of one that was made anew hold other events; 0 for changelogs. */
  private record Place(TopicPartition partition, long log) {
    static Place of(LogIds logs, String topic, int partition) {
      return new Place(
          new TopicPartition(topic, partition), logs.contains(topic) ? logs.id(topic) : 0);
    }
  }

  private final ToIntFunction<String> partitions;
  private final Renewed<KafkaConsumer<byte[], byte[]>> endConsumer;
  private final Renewed<KafkaConsumer<byte[], byte[]>> gapConsumer;
  private final ExecutorService endThread = thread("tidemark-log-ends");
  private final ExecutorService gapThread = thread("tidemark-log-gaps");
  private final ConfirmedEnds confirmed;
  private final ConcurrentMap<Place, Gap> gaps = new ConcurrentHashMap<>();

  /** Used by the thread that looks into gaps. */
  private final Map<Place, Seen> seen = new HashMap<>();

  private final Object lock = new Object();
  private List<Waiting> waiting = new ArrayList<>();

  KafkaLogEnds(
      Map<String, Object> clientConfig, ClockWatch clock, ToIntFunction<String> partitions) {
    this.partitions = partitions;
    this.confirmed = new ConfirmedEnds(clientConfig);
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    // High watermarks, not last stable offsets: a transaction is acknowledged before its markers
    // are written, and what was acknowledged behind an open transaction lies above the last stable
    // offset.
    this.endConsumer = Renewed.consumer(clock, () -> new KafkaConsumer<>(config));
    Map<String, Object> gapConfig = new HashMap<>(config);
    gapConfig.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    // A look into a gap needs to see one event, not a megabyte of them.
    gapConfig.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 16 * 1024);
    this.gapConsumer = Renewed.consumer(clock, () -> new KafkaConsumer<>(gapConfig));
  }

  @Override
  public CompletableFuture<Position> ends(Set<String> logs) {
    CompletableFuture<Position> answer = new CompletableFuture<>();
    boolean first;
    synchronized (lock) {
      first = waiting.isEmpty();
      waiting.add(new Waiting(logs, answer));
    }
    if (first) {
      try {
        endThread.execute(this::answerAll);
      } catch (RejectedExecutionException e) {
        answer.completeExceptionally(KafkaErrors.closed(e));
      }
    }
    return answer;
  }

  @Override
  public CompletableFuture<Position> confirmedEnds(Set<String> logs, Duration timeout) {
    return confirmed.ends(logs, timeout);
  }

  @Override
  public CompletableFuture<Position> withoutGaps(LogIds logs, Position reached, Position wanted) {
    Position known = lowerByKnownGaps(logs, reached, wanted);
    if (reached.covers(known)) {
      return CompletableFuture.completedFuture(known);
    }
    try {
      return CompletableFuture.supplyAsync(() -> lowerByLooking(logs, reached, known), gapThread);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(KafkaErrors.closed(e));
    }
  }

  @Override
  public void close() {
    confirmed.close();
    closeOn(endThread, endConsumer);
    closeOn(gapThread, gapConsumer);
  }

  /** One look-up for all that asked before it began; who asks later waits for the next. */
  private void answerAll() {
    List<Waiting> batch;
    synchronized (lock) {
      batch = waiting;
      waiting = new ArrayList<>();
    }
    Set<String> logs = new LinkedHashSet<>();
    batch.forEach(w -> logs.addAll(w.logs()));
    try {
      List<TopicPartition> all = new ArrayList<>();
      for (String log : logs) {
        int count = partitions.applyAsInt(log);
        for (int partition = 0; partition < count; partition++) {
          all.add(new TopicPartition(log, partition));
        }
      }
      Position.Builder ends = Position.builder();
      lookUp(all).forEach((tp, offset) -> ends.advance(tp.topic(), tp.partition(), offset));
      Position position = ends.build();
      batch.forEach(w -> w.answer().complete(position.restrictedTo(w.logs()::contains)));
    } catch (RuntimeException e) {
      TidemarkException failure =
          KafkaErrors.translate(e, "looking up the ends of " + String.join(", ", logs));
      batch.forEach(w -> w.answer().completeExceptionally(failure));
    }
  }

  private Map<TopicPartition, Long> lookUp(List<TopicPartition> all) {
    while (true) {
      try {
        return endConsumer.get().endOffsets(all);
      } catch (WakeupException e) {
        // The time of day was set back meanwhile: another consumer can tell.
      }
    }
  }

  private Position lowerByKnownGaps(LogIds logs, Position reached, Position wanted) {
    Position.Builder lowered = Position.builder();
    wanted.forEach(
        (log, partition, offset) -> {
          long from = reached.offset(log, partition);
          Gap gap = from < offset ? gaps.get(Place.of(logs, log, partition)) : null;
          boolean empty = gap != null && gap.from() <= from && offset <= gap.to();
          lowered.advance(log, partition, empty ? from : offset);
        });
    return lowered.build();
  }

  private Position lowerByLooking(LogIds logs, Position reached, Position wanted) {
    Position.Builder lowered = Position.builder();
    wanted.forEach(
        (log, partition, offset) -> {
          long from = reached.offset(log, partition);
          boolean empty = from < offset && isEmpty(Place.of(logs, log, partition), from, offset);
          lowered.advance(log, partition, empty ? from : offset);
        });
    return lowered.build();
  }

  /**
   * Whether nothing is missing there. Who asks is mostly behind a full log, and asks again and
   * again: then the last events tell for all of the time that it needs.
   */
  private boolean isEmpty(Place place, long from, long to) {
    Seen last = seen.get(place);
    if (last != null && last.isIn(from, to)) {
      return false;
    }
    long lastOffsets = Math.max(from, to - LAST_OFFSETS);
    boolean empty =
        look(place, lastOffsets, to) == Look.EMPTY
            && (lastOffsets == from || look(place, from, lastOffsets) == Look.EMPTY);
    if (empty) {
      gaps.merge(
          place,
          new Gap(from, to),
          (old, found) ->
              old.to() >= found.from() && found.to() >= old.from()
                  ? new Gap(Math.min(old.from(), found.from()), Math.max(old.to(), found.to()))
                  : found);
    }
    return empty;
  }

  private enum Look {
    EMPTY,
    EVENT,
    UNKNOWN
  }

  private Look look(Place place, long from, long to) {
    TopicPartition partition = place.partition();
    try {
      KafkaConsumer<byte[], byte[]> consumer = gapConsumer.get();
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      long deadlineNs = System.nanoTime() + Duration.ofMillis(GAP_TIMEOUT_MS).toNanos();
      while (consumer.position(partition) < to) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(10))) {
          if (record.offset() < to) {
            seen.put(place, new Seen(record.offset(), System.nanoTime()));
            return Look.EVENT;
          }
        }
        if (System.nanoTime() - deadlineNs > 0) {
          // An open transaction, most likely: whether its events will count is not known yet.
          return Look.UNKNOWN;
        }
      }
      return Look.EMPTY;
    } catch (RuntimeException e) {
      throw KafkaErrors.translate(e, "looking for events in " + partition + " from " + from);
    }
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  private static void closeOn(ExecutorService thread, Renewed<?> consumer) {
    // A consumer belongs to its thread, and nothing runs there after this.
    thread.execute(consumer::close);
    thread.shutdown();
  }
}
