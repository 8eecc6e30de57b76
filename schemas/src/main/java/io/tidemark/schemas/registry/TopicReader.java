package io.tidemark.schemas.registry;

import io.tidemark.schemas.clock.ClockWatch;
import io.tidemark.schemas.clock.Renewed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tails the topic on a thread of its own and applies what it reads. {@link #await} is thread-safe.
 *
 * <p>Progress is the consumer's position, not the last record's offset: transaction markers take
 * offsets too.
 */
final class TopicReader implements AutoCloseable {
  static final String TOPIC = "_schemas";
  static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
  private static final Duration POLL = Duration.ofSeconds(1);

  private final Renewed<KafkaConsumer<byte[], byte[]>> consumer;
  private final StoredRecordCodec codec;
  private final RegistryState state;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private long position;
  // Behind the last record that was read. Only the thread touches it.
  private long next;
  private volatile boolean closing;
  private boolean closed;
  private @Nullable Exception failure;

  TopicReader(
      String bootstrapServers, ClockWatch clock, StoredRecordCodec codec, RegistryState state) {
    this.codec = codec;
    this.state = state;
    this.consumer =
        Renewed.consumer(clock, () -> follower(bootstrapServers), PARTITION, () -> next);
    this.thread = new Thread(this::run, "tidemark-registry-reader");
    thread.setDaemon(true);
    thread.start();
  }

  private static KafkaConsumer<byte[], byte[]> follower(String bootstrapServers) {
    return new KafkaConsumer<>(
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
            ConsumerConfig.CLIENT_ID_CONFIG, "tidemark-registry",
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private void run() {
    try (consumer) {
      while (!closing) {
        readOnce();
      }
      stop(null);
    } catch (KafkaException | IllegalStateException e) {
      LOG.error("The registry can no longer read {}", TOPIC, e);
      stop(e);
    }
  }

  private void readOnce() {
    try {
      KafkaConsumer<byte[], byte[]> following = consumer.get();
      List<StoredRecord> records = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : following.poll(POLL)) {
        records.add(decode(record));
        next = record.offset() + 1;
      }
      state.apply(records);
      moveTo(following.position(PARTITION));
    } catch (WakeupException e) {
      // It is over, or the time of day has been set back.
    }
  }

  private StoredRecord decode(ConsumerRecord<byte[], byte[]> record) {
    try {
      return codec.decode(record.key(), record.value());
    } catch (IOException | IllegalArgumentException e) {
      // Another server may write what this one does not know: it must not keep us from the rest.
      LOG.warn("Skipping the record at offset {} of {}: {}", record.offset(), TOPIC, e.toString());
      return new StoredRecord.IgnoredRecord();
    }
  }

  private void moveTo(long newPosition) {
    lock.lock();
    try {
      position = newPosition;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void stop(@Nullable Exception why) {
    lock.lock();
    try {
      closed = true;
      failure = why;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns when everything below that offset has been applied.
   *
   * @throws RegistryError 50001 when the reader has ended, 50002 when it takes longer
   */
  void await(long offset, Duration timeout) {
    long remainingNs = timeout.toNanos();
    lock.lock();
    try {
      while (position < offset) {
        if (closed) {
          throw RegistryError.store(
              failure == null
                  ? "The registry is shutting down."
                  : "The registry can no longer read its topic: " + failure);
        }
        if (remainingNs <= 0) {
          throw RegistryError.timeout(
              "Read only up to offset %d of %s within %d s, not up to %d."
                  .formatted(position, TOPIC, timeout.toSeconds(), offset));
        }
        remainingNs = moved.awaitNanos(remainingNs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RegistryError.store("The registry is shutting down.");
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closing = true;
    consumer.rouse();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
