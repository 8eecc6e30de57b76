package io.tidemark.schemas.registry;

import io.tidemark.schemas.clock.ClockWatch;
import io.tidemark.schemas.clock.Renewed;
import io.tidemark.schemas.registry.StoredRecordCodec.Encoded;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the topic, one decision at a time, also across instances. Thread-safe.
 *
 * <p>All instances on a topic use one transactional id, so opening a producer fences the one that
 * another instance holds. An instance decides inside an open transaction on a state that reaches to
 * the end of the topic: if anybody else committed meanwhile, its own commit fails, and it decides
 * again. Without that, two instances could hand out one id twice.
 */
final class TopicStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicStore.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  private final StoredRecordCodec codec;
  private final Renewed<Admin> admin;
  private final TopicReader reader;
  private final Object writeLock = new Object();
  // Guarded by the lock.
  private final Renewed<KafkaProducer<byte[], byte[]>> producer;

  /** What to append, and what to answer when it is there. */
  record Decision<T>(List<StoredRecord> records, T answer) {}

  /** The topic must exist; {@link #catchUp} before the first read. */
  TopicStore(
      String bootstrapServers,
      ClockWatch clock,
      Renewed<Admin> admin,
      StoredRecordCodec codec,
      TopicReader reader) {
    this.producer = Renewed.transactional(clock, () -> newProducer(bootstrapServers));
    this.admin = admin;
    this.codec = codec;
    this.reader = reader;
  }

  /**
   * Decides on the newest state and appends what was decided, atomically. Returns when the records
   * have been read back.
   *
   * @param decision may run several times; what it throws is passed on and nothing is appended
   * @throws RegistryError 42209, 50001 or 50002; after 50002 the records may or may not be there
   */
  <T> T write(Supplier<Decision<T>> decision) {
    long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
    synchronized (writeLock) {
      while (true) {
        try {
          return tryWrite(decision);
        } catch (ProducerFencedException
            | InvalidProducerEpochException
            | InvalidTxnStateException e) {
          // The last one comes when the other instance has already settled the transaction.
          LOG.debug("Another registry wrote meanwhile, deciding again");
          producer.drop();
          if (System.nanoTime() > deadlineNs) {
            throw RegistryError.timeout("Other registries write all the time; try again.");
          }
          pauseBriefly();
        } catch (KafkaException | IllegalStateException e) {
          producer.drop();
          // A broker may answer a commit that another instance is just fencing with an error that
          // the client does not know. A new producer settles that transaction, and whether it came
          // to count shows in the state that the next decision is made on. The same holds for a
          // producer that was closed meanwhile, since the time of day was set back.
          boolean unexplained =
              e.getClass() == KafkaException.class || e instanceof IllegalStateException;
          if (!unexplained || System.nanoTime() > deadlineNs) {
            throw storeError(e);
          }
          LOG.debug("Deciding again after {}", e.toString());
          pauseBriefly();
        }
      }
    }
  }

  private <T> T tryWrite(Supplier<Decision<T>> decision) {
    KafkaProducer<byte[], byte[]> open = producer.get();
    catchUp();
    Decision<T> decided = decision.get();
    if (decided.records().isEmpty()) {
      return decided.answer();
    }
    open.beginTransaction();
    long last = append(open, decided.records());
    open.commitTransaction();
    reader.await(last + 1, TIMEOUT);
    return decided.answer();
  }

  private long append(KafkaProducer<byte[], byte[]> open, List<StoredRecord> records) {
    Future<RecordMetadata> last = null;
    for (StoredRecord record : records) {
      Encoded encoded = codec.encode(record);
      last = open.send(new ProducerRecord<>(TopicReader.TOPIC, 0, encoded.key(), encoded.value()));
    }
    try {
      return last == null ? -1 : last.get().offset();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new org.apache.kafka.common.errors.InterruptException(e);
    }
  }

  /**
   * Returns when the state reflects all that had been committed before the call.
   *
   * @throws RegistryError 50001 or 50002
   */
  void catchUp() {
    long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
    while (!tryCatchUp(System.nanoTime() > deadlineNs)) {
      pauseBriefly();
    }
  }

  /** Whether it has been done; on the last try a failure is one. */
  private boolean tryCatchUp(boolean lastTry) {
    try {
      long end =
          admin
              .get()
              .listOffsets(
                  Map.of(TopicReader.PARTITION, OffsetSpec.latest()),
                  new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
              .partitionResult(TopicReader.PARTITION)
              .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
              .offset();
      reader.await(end, TIMEOUT);
      return true;
    } catch (ExecutionException e) {
      // A topic that has just been created is not known to every broker yet.
      if (e.getCause() instanceof UnknownTopicOrPartitionException && !lastTry) {
        return false;
      }
      throw storeError(e.getCause());
    } catch (TimeoutException e) {
      throw RegistryError.timeout("Kafka did not answer within " + TIMEOUT.toSeconds() + " s.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RegistryError.store("The registry is shutting down.");
    }
  }

  private static KafkaProducer<byte[], byte[]> newProducer(String bootstrapServers) {
    return new KafkaProducer<>(
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.CLIENT_ID_CONFIG,
            "tidemark-registry",
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            TopicReader.TOPIC + "-writer",
            ProducerConfig.LINGER_MS_CONFIG,
            0,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            TIMEOUT.toMillis(),
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
            (int) REQUEST_TIMEOUT.toMillis(),
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            (int) TIMEOUT.toMillis()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** Lets the other instance finish, by a random time so that the two do not stay in step. */
  private static void pauseBriefly() {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RegistryError.store("The registry is shutting down.");
    }
  }

  private static RegistryError storeError(@Nullable Throwable cause) {
    if (cause instanceof RecordTooLargeException) {
      return RegistryError.tooLarge("The schema is too large for Kafka: " + cause.getMessage());
    }
    LOG.warn("The registry cannot use its topic", cause);
    return cause instanceof org.apache.kafka.common.errors.TimeoutException
        ? RegistryError.timeout("Kafka did not answer in time: " + cause.getMessage())
        : RegistryError.store("Kafka failed: " + cause);
  }

  @Override
  public void close() {
    synchronized (writeLock) {
      producer.close();
    }
  }
}
