package io.tidemark.schemas.clock;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A client of Kafka that is made anew when the time of day has been set back, since it would wait
 * for that time to come again.
 *
 * <p>Whoever is inside a call of the client at that moment is made to leave it, by the thread of
 * the {@link ClockWatch}; the next {@link #get} lets go of the client and makes another one. As
 * thread-safe as the client is, but {@link #rouse} may be called by anyone.
 *
 * @param <C> the type of the client, or of what holds it
 */
public final class Renewed<C> implements AutoCloseable {
  private static final Duration ADMIN_GRACE = Duration.ofSeconds(1);

  private record Made<C>(C client, long setBacks) {}

  private final ClockWatch clock;
  private final Supplier<C> make;
  private final Consumer<C> rouse;
  private final Consumer<C> close;
  private final Runnable unlisten;
  private volatile @Nullable Made<C> made;
  private volatile boolean closed;

  /**
   * Nothing is made before the first {@link #get}.
   *
   * @param make makes a client; by the thread that calls {@link #get}
   * @param rouse makes those leave who are inside a call of it, from any thread
   * @param close closes it for good, roused before or not; by the thread that calls {@link #get},
   *     {@link #drop} or {@link #close}
   */
  public Renewed(ClockWatch clock, Supplier<C> make, Consumer<C> rouse, Consumer<C> close) {
    this.clock = clock;
    this.make = make;
    this.rouse = rouse;
    this.close = close;
    this.unlisten = clock.onSetBack(this::rouseStale);
  }

  /**
   * A consumer, which belongs to one thread: that one gets and closes it. A call of it that is
   * under way ends with {@link org.apache.kafka.common.errors.WakeupException}.
   *
   * @param make also assigns and seeks, where it is to go on
   */
  public static <K, V> Renewed<KafkaConsumer<K, V>> consumer(
      ClockWatch clock, Supplier<KafkaConsumer<K, V>> make) {
    return new Renewed<>(
        clock,
        make,
        KafkaConsumer::wakeup,
        // It has no group to leave and nothing to commit.
        consumer -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
  }

  /**
   * A consumer of one partition that goes on at an offset, for one thread as {@link #consumer}.
   *
   * @param next the offset, 0 for wherever the partition begins; asked by that thread
   */
  public static <K, V> Renewed<KafkaConsumer<K, V>> consumer(
      ClockWatch clock,
      Supplier<KafkaConsumer<K, V>> make,
      TopicPartition partition,
      LongSupplier next) {
    return consumer(
        clock,
        () -> {
          KafkaConsumer<K, V> fresh = make.get();
          fresh.assign(List.of(partition));
          if (next.getAsLong() == 0) {
            fresh.seekToBeginning(List.of(partition));
          } else {
            fresh.seek(partition, next.getAsLong());
          }
          return fresh;
        });
  }

  /**
   * A transactional producer, which begins by ending what another one under its id has left open.
   * What it has not been acknowledged when it is closed, it does not wait for.
   */
  public static <K, V> Renewed<KafkaProducer<K, V>> transactional(
      ClockWatch clock, Supplier<KafkaProducer<K, V>> make) {
    return new Renewed<>(
        clock,
        () -> {
          KafkaProducer<K, V> fresh = make.get();
          try {
            fresh.initTransactions();
            return fresh;
          } catch (RuntimeException e) {
            fresh.close(Duration.ZERO);
            throw e;
          }
        },
        producer -> producer.close(Duration.ZERO),
        producer -> producer.close(Duration.ZERO));
  }

  /** An admin client, for any thread; what was asked of the one before and not answered fails. */
  public static Renewed<Admin> admin(ClockWatch clock, Map<String, Object> config) {
    return new Renewed<>(
        clock,
        () -> Admin.create(config),
        admin -> admin.close(Duration.ZERO),
        admin -> admin.close(ADMIN_GRACE));
  }

  /**
   * The client, made anew if need be. Not to be kept beyond what is done with it now.
   *
   * <p>Throws what making it throws; the next call tries again.
   */
  public C get() {
    Made<C> now = made;
    if (now != null && (closed || now.setBacks() == clock.setBacks())) {
      return now.client();
    }
    return make();
  }

  private synchronized C make() {
    // Counted before it is made: what happens in between makes it stale.
    long setBacks = clock.setBacks();
    Made<C> old = made;
    if (old != null && (closed || old.setBacks() == setBacks)) {
      return old.client();
    }
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    if (old != null) {
      rouse.accept(old.client());
    }
    C fresh = make.get();
    made = new Made<>(fresh, setBacks);
    if (old != null) {
      close.accept(old.client());
    }
    return fresh;
  }

  private void rouseStale() {
    Made<C> now = made;
    if (now != null && now.setBacks() != clock.setBacks()) {
      rouse.accept(now.client());
    }
  }

  /** Makes those leave who are inside a call of the client, if there is one. From any thread. */
  public void rouse() {
    Made<C> now = made;
    if (now != null) {
      rouse.accept(now.client());
    }
  }

  /** Closes the client, if there is one; the next {@link #get} makes another one. */
  public synchronized void drop() {
    Made<C> old = made;
    made = null;
    if (old != null) {
      close.accept(old.client());
    }
  }

  /** Closes the client, if there is one, and makes none any more. */
  @Override
  public synchronized void close() {
    closed = true;
    unlisten.run();
    Made<C> last = made;
    if (last != null) {
      close.accept(last.client());
    }
  }
}
