package io.tidemark.server;

import io.tidemark.log.LogEnds;
import io.tidemark.log.Position;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.log.changelog.ShardFollower;
import io.tidemark.schemas.clock.ClockWatch;
import io.tidemark.schemas.clock.Renewed;
import io.tidemark.store.ShardStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that follows the changelogs of many shards with one consumer, and is the only writer
 * of their stores.
 *
 * <p>A shard that fails stops alone, says why, and is tried again after a pause that grows; what it
 * has made visible stays readable. While Kafka does not answer the consumer keeps trying.
 */
@SuppressWarnings("FutureReturnValueIgnored") // failures are dealt with where the futures end
final class Tailer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tailer.class);
  private static final Duration LONGEST_POLL = Duration.ofMillis(100);
  private static final long FIRST_PAUSE_MS = 500;
  private static final long LONGEST_PAUSE_MS = 30_000;
  private static final long CHORES_EVERY_MS = 250;

  /** Opens the store of a shard; tried again after a pause when it throws. */
  interface Opening {
    ShardStore open();
  }

  /** A shard that this tailer follows. Only its thread touches it. */
  private static final class Followed {
    final Shard shard;
    final TopicPartition partition;
    final Opening opening;
    @Nullable ShardStore store;
    @Nullable Replica replica;
    boolean stopped = true;
    long tryAgainAtMs;
    long pauseMs = FIRST_PAUSE_MS;
    ShardFollower.@Nullable Missing lookedInto;

    Followed(Shard shard, Opening opening) {
      this.shard = shard;
      this.partition = new TopicPartition(shard.changelog(), shard.number());
      this.opening = opening;
    }
  }

  private final LogEnds ends;
  private final Renewed<KafkaConsumer<byte[], byte[]>> consumers;
  private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
  private final Map<TopicPartition, Followed> followed = new HashMap<>();
  private final Thread thread;
  private volatile boolean closing;
  // Only the thread touches these, once it runs.
  private KafkaConsumer<byte[], byte[]> consumer;
  private long choresAtMs;

  Tailer(String name, Map<String, Object> clientConfig, ClockWatch clock, LogEnds ends) {
    this.ends = ends;
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // An offset that is gone must be noticed: silently going on elsewhere would lose rows.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
    // A shard that is added while a fetch waits at the broker is not fetched before it returns.
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    config.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    this.consumers = Renewed.consumer(clock, () -> follower(config));
    this.consumer = consumers.get();
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** A consumer that goes on where the replicas are. */
  private KafkaConsumer<byte[], byte[]> follower(Map<String, Object> config) {
    KafkaConsumer<byte[], byte[]> fresh = new KafkaConsumer<>(config);
    fresh.assign(followed.keySet());
    for (Followed each : followed.values()) {
      if (each.stopped || each.replica == null) {
        fresh.pause(Set.of(each.partition));
      } else {
        fresh.seek(each.partition, each.replica.nextOffset());
      }
    }
    return fresh;
  }

  /** Follows the shard from where its store ends. Returns at once. */
  void follow(Shard shard, Opening opening) {
    command(() -> add(new Followed(shard, opening)));
  }

  /** Stops following the shard and closes it; returns when its directory is no longer used. */
  void forget(Shard shard) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    command(
        () -> {
          remove(shard);
          done.countDown();
        });
    while (thread.isAlive() && !done.await(100, TimeUnit.MILLISECONDS)) {
      // The thread ends without running the command when the tailer is closed meanwhile.
    }
  }

  private void command(Runnable command) {
    commands.add(command);
    consumers.rouse();
  }

  @Override
  public void close() {
    closing = true;
    command(() -> {});
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closing) {
        step();
      }
    } catch (InterruptedException | InterruptException e) {
      LOG.info("{} was interrupted", thread.getName());
    } catch (RuntimeException | Error e) {
      // Only a defect comes here. What is visible stays readable, and says that it is not fresh.
      LOG.error("{} has ended, its shards do not advance until a restart", thread.getName(), e);
      followed.values().forEach(each -> each.shard.trouble("its thread has ended: " + e));
      awaitClosing();
    } finally {
      followed.values().forEach(each -> each.shard.close());
      consumers.close();
    }
  }

  private void awaitClosing() {
    try {
      while (!closing) {
        commands.take();
      }
    } catch (InterruptedException e) {
      LOG.info("{} was interrupted", thread.getName());
    }
  }

  private void step() throws InterruptedException {
    if (followed.isEmpty()) {
      commands.take().run();
    }
    for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
      next.run();
    }
    long nowMs = System.nanoTime() / 1_000_000;
    for (Followed each : followed.values()) {
      if (each.stopped && nowMs - each.tryAgainAtMs >= 0) {
        resume(each);
      }
    }
    if (!followed.isEmpty()) {
      poll();
    }
    if (nowMs - choresAtMs >= CHORES_EVERY_MS) {
      choresAtMs = nowMs;
      followed.values().forEach(this::chores);
    }
  }

  private void poll() {
    try {
      // Only here: a consumer that is made anew between records would read some of them twice.
      consumer = consumers.get();
      ConsumerRecords<byte[], byte[]> records = consumer.poll(LONGEST_POLL);
      for (TopicPartition partition : records.partitions()) {
        Followed each = followed.get(partition);
        if (each != null && !each.stopped) {
          apply(each, records.records(partition));
        }
      }
    } catch (WakeupException e) {
      // A command waits, or the time of day has been set back.
    } catch (InvalidOffsetException e) {
      for (TopicPartition partition : e.partitions()) {
        Followed each = followed.get(partition);
        // One that is stopped may have no position yet, and has a reason of its own.
        if (each != null && !each.stopped) {
          stop(each, new IllegalStateException("the changelog no longer holds what comes next", e));
        }
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.warn("{}: {}", thread.getName(), e.toString());
    }
  }

  private void apply(Followed each, List<ConsumerRecord<byte[], byte[]>> records) {
    Replica replica = each.replica;
    if (replica == null) {
      return;
    }
    try {
      List<Replica.Entry> entries = new ArrayList<>(records.size());
      for (ConsumerRecord<byte[], byte[]> record : records) {
        entries.add(new Replica.Entry(record.offset(), ChangelogCodec.decode(record)));
      }
      replica.apply(entries);
      each.shard.trouble(null);
      publish(each, replica);
    } catch (RuntimeException | InternalError e) {
      // A memory map reports a bad disk as an InternalError.
      stop(each, e);
    }
  }

  // A new state is always a new object, and comparing positions for every batch would cost.
  @SuppressWarnings("ReferenceEquality")
  private static void publish(Followed each, Replica replica) {
    ReplicaState visible = replica.visible();
    if (visible != each.shard.visible()) {
      each.pauseMs = FIRST_PAUSE_MS;
      each.shard.publish(visible);
    }
  }

  private void add(Followed fresh) {
    followed.put(fresh.partition, fresh);
    fresh.tryAgainAtMs = System.nanoTime() / 1_000_000;
    consumer.assign(followed.keySet());
    consumer.pause(Set.of(fresh.partition));
  }

  private void remove(Shard shard) {
    TopicPartition partition = new TopicPartition(shard.changelog(), shard.number());
    if (followed.remove(partition) != null) {
      consumer.assign(followed.keySet());
    }
    shard.close();
  }

  private void resume(Followed each) {
    try {
      if (each.store == null) {
        each.store = each.opening.open();
        each.replica = new Replica(each.shard.toString(), each.store);
        each.shard.opened(each.store, each.replica.visible());
        each.shard.trouble(null);
      } else if (each.replica != null) {
        abort(each, each.replica);
      }
      if (each.replica != null) {
        consumer.seek(each.partition, each.replica.nextOffset());
      }
      consumer.resume(Set.of(each.partition));
      each.stopped = false;
    } catch (RuntimeException | InternalError e) {
      stop(each, e);
    }
  }

  /** Drops what is not visible; a store that cannot even do that is opened anew the next time. */
  private static void abort(Followed each, Replica replica) {
    try {
      replica.abort();
    } catch (RuntimeException | InternalError e) {
      each.store = null;
      each.replica = null;
      each.shard.closeStore();
      throw e;
    }
  }

  private void stop(Followed each, Throwable why) {
    String reason = why.getMessage() == null ? why.toString() : why.getMessage();
    if (each.shard.trouble() == null) {
      LOG.error("{} stops, the next try is in {} ms", each.shard, each.pauseMs, why);
    }
    each.shard.trouble(reason);
    each.stopped = true;
    each.tryAgainAtMs = System.nanoTime() / 1_000_000 + each.pauseMs;
    each.pauseMs = Math.min(LONGEST_PAUSE_MS, each.pauseMs * 2);
    consumer.pause(Set.of(each.partition));
  }

  /** What need not be done for every record. */
  private void chores(Followed each) {
    Replica replica = each.replica;
    if (replica == null || each.stopped) {
      return;
    }
    each.shard.lagRecords(consumer.currentLag(each.partition).orElse(0));
    ShardFollower.Missing missing = replica.missing();
    if (missing != null && !missing.equals(each.lookedInto)) {
      // Looked into once the same progress has stood for a while; a job that advances needs no
      // help.
      each.lookedInto = missing;
    } else if (missing != null) {
      each.lookedInto = null;
      ends.withoutGaps(each.shard.logIds(), missing.reached(), missing.target())
          .whenComplete(
              (lowered, failure) -> {
                if (failure == null) {
                  command(() -> lower(each, missing, lowered));
                } else {
                  LOG.debug("{}: the gap before the target is looked into again", each.shard);
                }
              });
    }
  }

  private void lower(Followed each, ShardFollower.Missing missing, Position lowered) {
    Replica replica = each.replica;
    if (replica == null || each.stopped || followed.get(each.partition) != each) {
      return;
    }
    try {
      replica.lowerTarget(missing, lowered);
      publish(each, replica);
    } catch (RuntimeException | InternalError e) {
      stop(each, e);
    }
  }
}
