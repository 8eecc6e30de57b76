package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.clock.ClockWatch;
import io.tidemark.schemas.clock.Renewed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends with one idempotent producer, and transactions with a second one that a thread of its own
 * drives, one transaction after the other.
 *
 * <p>Both are made anew when the time of day has been set back. What was under way and is not soon
 * acknowledged fails as if its time were over, and is not sent again: with another producer it
 * could be there twice.
 */
final class KafkaLogAppender implements LogAppender, AutoCloseable {
  private static final int MAX_BLOCK_MS = 10_000;
  private static final int DELIVERY_TIMEOUT_MS = 30_000;
  // A transaction whose process died holds up read_committed readers for this long.
  private static final int TRANSACTION_TIMEOUT_MS = 10_000;
  // How long a producer that is made anew may still be acknowledged what it has sent.
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(KafkaLogAppender.class);
  private static final long BEGIN_AGAIN_MS = 1_000;

  private final Map<String, Object> clientConfig;
  private final String transactionalId;
  private final String clusterId;
  private final Topics topics;
  private final EventEncoder encoder;
  private final Renewed<Appending> appending;
  private final ExecutorService transactions =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "tidemark-transactions");
            thread.setDaemon(true);
            return thread;
          });
  // Only the transactions thread gets it.
  private final Renewed<KafkaProducer<byte[], byte[]>> transactional;

  /** A producer, and where it has appended. */
  private record Appending(Producer<byte[], byte[]> producer, Set<OpenPartition> opened) {}

  /** Of a log by its id, since one that was made anew has to be opened anew. */
  private record OpenPartition(long log, int number) {}

  /**
   * An appender of its own.
   *
   * @param name as {@link LogStore#connect(String, SchemaRegistry, String)} takes it; {@code null}
   *     for one that nobody had before
   */
  KafkaLogAppender(
      Map<String, Object> clientConfig,
      @Nullable String name,
      ClockWatch clock,
      String clusterId,
      SchemaRegistry registry,
      Topics topics) {
    this.transactionalId = "tidemark-" + (name == null ? UUID.randomUUID() : name);
    this.clientConfig = clientConfig;
    this.clusterId = clusterId;
    this.topics = topics;
    this.encoder = new EventEncoder(registry);
    this.appending =
        new Renewed<>(
            clock,
            () ->
                new Appending(new KafkaProducer<>(producerConfig()), ConcurrentHashMap.newKeySet()),
            // Before another one begins, so that what was appended first comes first.
            old -> old.producer().close(GRACE),
            old -> old.producer().close());
    this.transactional =
        Renewed.transactional(clock, () -> new KafkaProducer<>(transactionalConfig()));
    if (name != null) {
      transactions.execute(this::endWhatIsOpen);
    }
  }

  @Override
  public CompletableFuture<Token> append(List<LogEvent> events) {
    try {
      Batch batch = encode(events);
      Acknowledgements acknowledgements = new Acknowledgements(batch);
      Appending to = appending.get();
      for (ProducerRecord<byte[], byte[]> record : batch.records()) {
        send(to, record, batch.logIds().id(record.topic()), acknowledgements);
      }
      return acknowledgements.token();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(KafkaErrors.translate(e, "appending"));
    }
  }

  @Override
  public CompletableFuture<Token> appendAtomically(List<LogEvent> events) {
    try {
      Batch batch = encode(events);
      return CompletableFuture.supplyAsync(() -> commit(batch), transactions);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(KafkaErrors.closed(e));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(KafkaErrors.translate(e, "appending"));
    }
  }

  @Override
  public void close() {
    transactions.execute(transactional::close);
    transactions.shutdown();
    appending.close();
  }

  /** What one call sends, and which logs it means to send it to. */
  private record Batch(List<ProducerRecord<byte[], byte[]>> records, LogIds logIds) {}

  /** Encodes everything before anything is sent, so that a bad event stops the whole call. */
  private Batch encode(List<LogEvent> events) {
    if (events.isEmpty()) {
      throw new TidemarkException(ErrorCode.INVALID_REQUEST, "there is no event to append");
    }
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(events.size());
    Map<String, Topics.Topic> logs = new HashMap<>();
    for (LogEvent event : events) {
      byte[] key = event.key().getBytes(StandardCharsets.UTF_8);
      Topics.Topic log = logs.computeIfAbsent(event.log(), topics::beforeAppend);
      // The default partitioner, spelled out: the partition must be known before the first send.
      int partition = Utils.toPositive(Utils.murmur2(key)) % log.partitions();
      records.add(
          new ProducerRecord<>(
              event.log(), partition, key, encoder.encode(event.log(), event.value())));
    }
    Map<String, Long> ids = new HashMap<>();
    logs.forEach((name, log) -> ids.put(name, log.id()));
    return new Batch(records, LogIds.of(ids));
  }

  private static void send(
      Appending to,
      ProducerRecord<byte[], byte[]> record,
      long log,
      Acknowledgements acknowledgements) {
    OpenPartition partition = new OpenPartition(log, record.partition());
    Producer<byte[], byte[]> producer = to.producer();
    Set<OpenPartition> opened = to.opened();
    if (opened.contains(partition)) {
      producer.send(record, acknowledgements::acknowledge);
      return;
    }
    // On a new topic, batches pipelined behind a first one that has to be retried can fail for ever
    // with OutOfOrderSequenceException: so the first one is awaited.
    synchronized (opened) {
      if (opened.contains(partition)) {
        producer.send(record, acknowledgements::acknowledge);
        return;
      }
      try {
        producer.send(record, acknowledgements::acknowledge).get();
        opened.add(partition);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TidemarkException(ErrorCode.LOG_UNAVAILABLE, "interrupted while appending", e);
      } catch (ExecutionException e) {
        // The callback has it already.
      }
    }
  }

  private Token commit(Batch batch) {
    Acknowledgements acknowledgements = new Acknowledgements(batch);
    Producer<byte[], byte[]> producer = transactionalProducer();
    try {
      producer.beginTransaction();
      for (ProducerRecord<byte[], byte[]> record : batch.records()) {
        producer.send(record, acknowledgements::acknowledge);
      }
      producer.commitTransaction();
      return acknowledgements.token().join();
    } catch (RuntimeException e) {
      abort(producer);
      throw KafkaErrors.translate(e, "appending in a transaction");
    }
  }

  private Producer<byte[], byte[]> transactionalProducer() {
    try {
      return transactional.get();
    } catch (RuntimeException e) {
      throw KafkaErrors.translate(e, "appending in a transaction");
    }
  }

  private void abort(Producer<byte[], byte[]> producer) {
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      // One whose commit has timed out refuses to abort, and everything else for ever; one that was
      // closed, since the time of day was set back, does nothing any more.
      transactional.drop();
      endWhatIsOpen();
    }
  }

  /**
   * Begins a producer, which ends the transaction that the one before may have left open. The
   * broker does so, too, when its time is over; but if the broker's time of day was set back, that
   * is so much later, and until then nobody reads on in the partitions.
   */
  private void endWhatIsOpen() {
    try {
      transactional.get();
    } catch (RuntimeException e) {
      LOG.info("Transactions of {} cannot be begun yet: {}", transactionalId, e.getMessage());
      // Comes to nothing when the appender is closed by then.
      CompletableFuture.delayedExecutor(BEGIN_AGAIN_MS, TimeUnit.MILLISECONDS, transactions)
          .execute(this::endWhatIsOpen);
    }
  }

  private Map<String, Object> transactionalConfig() {
    Map<String, Object> config = producerConfig();
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    // Within one transaction, and with its time for an upper bound.
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TRANSACTION_TIMEOUT_MS);
    return config;
  }

  private Map<String, Object> producerConfig() {
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, TRANSACTION_TIMEOUT_MS);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MS);
    return config;
  }

  /** Collects what Kafka acknowledged of one call into one token. */
  private final class Acknowledgements {
    private final Position.Builder position = Position.builder();
    private final CompletableFuture<Token> token = new CompletableFuture<>();
    private final LogIds logIds;
    private int missing;

    Acknowledgements(Batch batch) {
      logIds = batch.logIds();
      missing = batch.records().size();
    }

    CompletableFuture<Token> token() {
      return token;
    }

    synchronized void acknowledge(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
      if (failure != null || metadata == null) {
        token.completeExceptionally(
            KafkaErrors.translate(
                failure == null ? new IllegalStateException("no metadata") : failure, "appending"));
        return;
      }
      position.advance(metadata.topic(), metadata.partition(), metadata.offset() + 1);
      if (--missing == 0) {
        token.complete(new Token(clusterId, position.build(), logIds));
      }
    }
  }
}
