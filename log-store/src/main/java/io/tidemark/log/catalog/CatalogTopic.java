package io.tidemark.log.catalog;

import io.tidemark.log.catalog.CatalogEntry.Encoded;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.clock.ClockWatch;
import io.tidemark.schemas.clock.Renewed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to the catalog's topic, and follows it with one thread. Thread-safe. */
final class CatalogTopic implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogTopic.class);
  private static final int TIMEOUT_MS = 10_000;
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(200);

  private final TopicPartition partition;
  private final Consumer<CatalogEntry> follower;
  private final Renewed<KafkaProducer<String, byte[]>> producer;
  private final Renewed<KafkaConsumer<String, byte[]>> consumer;
  private final Thread thread;
  private volatile boolean closed;

  // The follower's next record. Only its thread touches it, once that runs.
  private long next;

  // Guarded by this: the offset below which everything has been told to the follower.
  private long read;

  CatalogTopic(
      String topic,
      Map<String, Object> clientConfig,
      ClockWatch clock,
      Consumer<CatalogEntry> follower) {
    this.partition = new TopicPartition(topic, 0);
    this.follower = follower;
    Map<String, Object> producerConfig = new HashMap<>(clientConfig);
    producerConfig.put(ProducerConfig.ACKS_CONFIG, "all");
    producerConfig.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    producerConfig.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT_MS);
    producerConfig.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS / 2);
    producerConfig.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    producer =
        new Renewed<>(
            clock,
            () ->
                new KafkaProducer<>(
                    producerConfig, new StringSerializer(), new ByteArraySerializer()),
            // What was written first comes first.
            old -> old.close(GRACE),
            KafkaProducer::close);
    Map<String, Object> consumerConfig = new HashMap<>(clientConfig);
    consumerConfig.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    consumerConfig.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    consumer =
        Renewed.consumer(
            clock,
            () ->
                new KafkaConsumer<>(
                    consumerConfig, new StringDeserializer(), new ByteArrayDeserializer()),
            partition,
            () -> next);
    thread = new Thread(this::run, "tidemark-view-catalog");
    thread.setDaemon(true);
  }

  /** Begins to follow; returns when everything that was there has been told. */
  void follow() {
    long end;
    try {
      end = consumer.get().endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    } catch (KafkaException e) {
      throw new TidemarkException(
          ErrorCode.LOG_UNAVAILABLE, "cannot read " + partition + ": " + e.getMessage(), e);
    }
    thread.start();
    awaitRead(end);
  }

  CompletableFuture<Long> write(Encoded entry) {
    CompletableFuture<Long> offset = new CompletableFuture<>();
    try {
      producer
          .get()
          .send(
              new ProducerRecord<>(
                  partition.topic(), partition.partition(), entry.key(), entry.value()),
              (metadata, failure) -> {
                if (failure != null) {
                  offset.completeExceptionally(unavailable(failure));
                } else {
                  offset.complete(metadata.offset());
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      // The latter from a producer that has just been closed, to be made anew or for good.
      offset.completeExceptionally(unavailable(e));
    }
    return offset;
  }

  /** Writes, and returns when the follower has been told. */
  void writeAndRead(Encoded entry) {
    try {
      awaitRead(write(entry).get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS) + 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TidemarkException known ? known : unavailable(e);
    } catch (TimeoutException e) {
      throw unavailable(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    if (thread.isAlive()) {
      consumer.rouse();
      try {
        thread.join(TIMEOUT_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } else {
      consumer.close();
    }
    producer.close();
  }

  private void run() {
    try (consumer) {
      while (!closed) {
        pollOnce();
      }
    } catch (InterruptException e) {
      if (!closed) {
        LOG.error("The view catalog stopped following {}", partition, e);
      }
    }
  }

  private void pollOnce() {
    try {
      KafkaConsumer<String, byte[]> following = consumer.get();
      for (ConsumerRecord<String, byte[]> record : following.poll(POLL)) {
        tell(record);
        next = record.offset() + 1;
      }
      advance(following.position(partition));
    } catch (WakeupException e) {
      // It is over, or the time of day has been set back.
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.warn("Following {} failed, trying again: {}", partition, e.getMessage());
      pause();
    }
  }

  private void tell(ConsumerRecord<String, byte[]> record) {
    try {
      follower.accept(CatalogEntry.decode(new Encoded(record.key(), record.value())));
    } catch (TidemarkException e) {
      // A newer version wrote it; what this version understands goes on working.
      LOG.error("Ignored at {} offset {}: {}", partition, record.offset(), e.getMessage());
    }
  }

  private synchronized void advance(long offset) {
    read = offset;
    notifyAll();
  }

  private synchronized void awaitRead(long offset) {
    long deadlineNs = System.nanoTime() + Duration.ofMillis(TIMEOUT_MS).toNanos();
    try {
      while (read < offset) {
        long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
        if (leftMs <= 0) {
          throw new TidemarkException(
              ErrorCode.LOG_UNAVAILABLE,
              "read %s only up to %d of %d in %d ms"
                  .formatted(partition, read, offset, TIMEOUT_MS));
        }
        wait(leftMs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    }
  }

  private void pause() {
    try {
      Thread.sleep(PAUSE_AFTER_ERROR.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private TidemarkException unavailable(Throwable cause) {
    return new TidemarkException(
        ErrorCode.LOG_UNAVAILABLE,
        "cannot write to " + partition.topic() + ": " + cause.getMessage(),
        cause);
  }
}
