package io.tidemark.views;

import io.tidemark.log.changelog.ChangelogRecord;
import io.tidemark.log.changelog.EpochOrder;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.control.EpochStart;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Appends to the shards of one writer, and notices when somebody else does. Used by the task's
 * thread; Kafka's callbacks only leave notes for it.
 *
 * <p><b>Fencing.</b> A shard has one writer, which is idempotent and not transactional, and nothing
 * is compacted or retried twice into the log. So the acknowledged offsets of a writer have no gaps,
 * and a gap means that somebody else wrote there. Those records are read: an EpochStart that
 * supersedes our own means that this writer has been replaced, and it fails; anything else is what
 * a zombie still wrote, which readers ignore by its epoch, and so do we. This costs nothing as long
 * as all is well, while tailing the changelog would read all that was written once more. A writer
 * that has been replaced and has nothing to write does not notice, and does no harm either.
 *
 * <p>When it begins, the same is asked of the record right before the EpochStart: a zombie that
 * comes late finds the epoch of its successor there.
 */
final class ChangelogProducer implements AutoCloseable {
  /** Somebody else's records lie at these offsets, the end exclusive. */
  private record Gap(TopicPartition shard, long from, long to) {}

  private final JobSettings settings;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<TopicPartition, EpochStart> epochs = new HashMap<>();
  private final Map<TopicPartition, Long> firsts = new HashMap<>();

  /** The offset behind our last record; written by Kafka's sender thread only, shard by shard. */
  private final Map<TopicPartition, Long> expected = new ConcurrentHashMap<>();

  private final Queue<Gap> gaps = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final AtomicLong unacknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Runnable> whenQuiet = new AtomicReference<>();

  ChangelogProducer(JobSettings settings) {
    this.settings = settings;
    Map<String, Object> config = new HashMap<>(settings.kafka());
    config.put(ProducerConfig.CLIENT_ID_CONFIG, settings.clientId("writer"));
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    // Rows must not be given up while the Progress behind them, which speaks of them, is still on
    // its way: also not when the clock jumps ahead, by which Kafka's client reckons the time.
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, 64 * 1024);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L * 1024 * 1024);
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, ChangelogCompression.NAME);
    this.producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Appends an EpochStart, waits until Kafka has it, and returns its offset. Nothing of a shard is
   * sent before that: pipelined first batches of a new topic can go round in circles with
   * OutOfOrderSequenceException.
   */
  long begin(ProducerRecord<byte[], byte[]> record, EpochStart start) {
    TopicPartition shard = new TopicPartition(record.topic(), record.partition());
    try {
      long epoch = producer.send(record).get().offset();
      epochs.put(shard, start);
      expected.put(shard, epoch + 1);
      firsts.put(shard, epoch);
      return epoch;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(e);
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    }
  }

  /**
   * Appends without waiting. A failure surfaces at the next {@link #check} or {@link #flush}; one
   * of which the client knows at once, such as a row that is too large, does so here, before
   * anything is sent that speaks of that row.
   */
  void send(ProducerRecord<byte[], byte[]> record) {
    unacknowledged.incrementAndGet();
    producer.send(record, this::acknowledged);
    checkFailure();
  }

  /** Whether Kafka has acknowledged everything that was sent. */
  boolean isQuiet() {
    return unacknowledged.get() == 0;
  }

  /**
   * Runs that once, as soon as Kafka has acknowledged everything that was sent; on whatever thread.
   * Takes the place of what has not run yet.
   */
  void whenQuiet(Runnable then) {
    whenQuiet.set(then);
    if (isQuiet()) {
      quiet();
    }
  }

  private void quiet() {
    Runnable then = whenQuiet.getAndSet(null);
    if (then != null) {
      then.run();
    }
  }

  /** Waits until everything sent is acknowledged. */
  void flush() {
    producer.flush();
    check();
  }

  /**
   * Surfaces what has happened since the last call.
   *
   * @throws TidemarkException when an append failed, or another attempt of this job took over
   * @throws ReplacedException when a later job took over
   */
  void check() {
    checkFailure();
    for (Gap gap = gaps.poll(); gap != null; gap = gaps.poll()) {
      checkForeign(gap);
    }
  }

  private void checkFailure() {
    Exception failed = failure.get();
    if (failed != null) {
      throw failed(failed);
    }
  }

  @Override
  public void close() {
    // What is not acknowledged by now belongs to no checkpoint: nobody waits for it.
    producer.close(Duration.ZERO);
  }

  private void acknowledged(RecordMetadata metadata, @Nullable Exception exception) {
    if (exception != null) {
      failure.compareAndSet(null, exception);
      return;
    }
    TopicPartition shard = new TopicPartition(metadata.topic(), metadata.partition());
    Long before = expected.put(shard, metadata.offset() + 1);
    if (before != null && before != metadata.offset()) {
      gaps.add(new Gap(shard, before, metadata.offset()));
    }
    if (unacknowledged.decrementAndGet() == 0) {
      quiet();
    }
  }

  /**
   * For a writer that has begun all its shards: whether it came too late.
   *
   * @throws ReplacedException when a later job had begun before
   */
  void checkPredecessors() {
    try (ChangelogReader reader = new ChangelogReader(settings)) {
      firsts.forEach((shard, epoch) -> checkPredecessor(reader, shard, epoch));
    }
  }

  private void checkPredecessor(ChangelogReader reader, TopicPartition shard, long epoch) {
    EpochStart ours = epochs.get(shard);
    if (epoch == 0 || ours == null) {
      return;
    }
    for (ChangelogRecord last : reader.read(shard, epoch - 1, epoch)) {
      for (ChangelogRecord record : reader.read(shard, last.epoch(), last.epoch() + 1)) {
        if (record instanceof ChangelogRecord.Epoch before
            && !EpochOrder.supersedes(ours, before.start())) {
          throw replaced(shard, before.start());
        }
      }
    }
  }

  private void checkForeign(Gap gap) {
    EpochStart ours = epochs.get(gap.shard());
    try (ChangelogReader reader = new ChangelogReader(settings)) {
      for (ChangelogRecord record : reader.read(gap.shard(), gap.from(), gap.to())) {
        if (record instanceof ChangelogRecord.Epoch foreign
            && ours != null
            && EpochOrder.supersedes(foreign.start(), ours)) {
          throw replaced(gap.shard(), foreign.start());
        }
      }
    }
  }

  private RuntimeException replaced(TopicPartition shard, EpochStart by) {
    String message =
        ("the writer of view %s, generation %d, has been replaced at shard %d by generation %d,"
                + " restored from checkpoint %d; it stops")
            .formatted(
                settings.view(),
                settings.generation(),
                shard.partition(),
                by.getGeneration(),
                by.getRestoredCheckpoint());
    // Within one generation it was another attempt of this very job, and Flink makes the next one.
    return by.getGeneration() > settings.generation()
        ? new ReplacedException(message)
        : new TidemarkException(ErrorCode.INTERNAL, message);
  }

  private TidemarkException failed(@Nullable Throwable cause) {
    return new TidemarkException(
        ErrorCode.LOG_UNAVAILABLE,
        "appending to %s failed: %s"
            .formatted(settings.changelog(), cause == null ? "" : cause.getMessage()),
        cause);
  }
}
