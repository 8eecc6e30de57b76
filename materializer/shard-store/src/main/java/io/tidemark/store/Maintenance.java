package io.tidemark.store;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks after stores: writes recent keys into files, merges those, compacts
 * segments, frees what nobody reads any more. One for any number of stores; give the same one to
 * all of them with {@link ShardStoreConfig#withMaintenance}. Thread-safe.
 */
public final class Maintenance implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

  /** Enough for a store that takes 30 MB/s of updates, little enough to leave a disk to others. */
  private static final long DEFAULT_BYTES_PER_SECOND = 64L << 20;

  private static final long LOOK_MILLIS = 1_000;

  /** Pauses shorter than this are saved up. */
  private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private static @Nullable Maintenance shared;

  private final long bytesPerSecond;
  private final Set<ShardStore> stores = ConcurrentHashMap.newKeySet();
  private final Set<ShardStore> signalled = ConcurrentHashMap.newKeySet();
  private final LinkedBlockingQueue<Due> due = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::run, "tidemark-store-maintenance");
  private volatile boolean closed;

  /** A store that has something to do; null wakes the thread up. */
  private record Due(@Nullable ShardStore store) {}

  /** Not started: its stores are looked after by whoever calls {@link ShardStore#work}. */
  Maintenance(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
    thread.setDaemon(true);
  }

  /**
   * Starts one.
   *
   * @param bytesPerSecond how much compaction may read and write, over all stores together
   */
  public static Maintenance start(long bytesPerSecond) {
    if (bytesPerSecond <= 0) {
      throw new IllegalArgumentException("The rate must be positive, is " + bytesPerSecond);
    }
    Maintenance started = new Maintenance(bytesPerSecond);
    started.thread.start();
    return started;
  }

  /**
   * The one of this process, for stores that name none: 64 MiB a second. Closing it is an error.
   */
  static synchronized Maintenance shared() {
    if (shared == null) {
      shared = start(DEFAULT_BYTES_PER_SECOND);
    }
    return shared;
  }

  void add(ShardStore store) {
    if (closed) {
      throw new IllegalStateException("This maintenance has been closed; give the store another");
    }
    stores.add(store);
  }

  void remove(ShardStore store) {
    stores.remove(store);
  }

  /** The store has something to do. */
  void signal(ShardStore store) {
    if (signalled.add(store)) {
      due.add(new Due(store));
    }
  }

  private void run() {
    long nextLook = System.nanoTime();
    long freeAt = System.nanoTime();
    while (!closed) {
      try {
        long wait = Math.max(0, nextLook - System.nanoTime());
        Due next = due.poll(wait, TimeUnit.NANOSECONDS);
        if (next == null) {
          nextLook = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
          stores.forEach(this::signal);
          continue;
        }
        ShardStore store = next.store();
        if (store == null) {
          continue;
        }
        signalled.remove(store);
        if (!stores.contains(store)) {
          continue;
        }
        int bytes = work(store);
        if (bytes > 0) {
          signal(store);
          freeAt = Math.max(freeAt, System.nanoTime() - LEAST_PAUSE_NANOS);
          freeAt += (long) (bytes * 1e9 / bytesPerSecond);
          long pause = freeAt - System.nanoTime();
          if (pause > LEAST_PAUSE_NANOS) {
            TimeUnit.NANOSECONDS.sleep(pause);
          }
        }
      } catch (InterruptedException e) {
        // Nobody has reason to; an interrupt within a store's work would close its files.
        LOG.warn("The maintenance of stores was interrupted, and goes on");
      }
    }
  }

  private int work(ShardStore store) {
    try {
      return store.work();
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.NO_SPACE) {
        LOG.warn("Shard {}: upkeep waits: {}", store.identity(), e.getMessage());
      } else if (e.kind() != StoreException.Kind.CLOSED) {
        giveUp(store, e);
      }
    } catch (RuntimeException e) {
      giveUp(store, e);
    }
    return 0;
  }

  private void giveUp(ShardStore store, RuntimeException e) {
    stores.remove(store);
    LOG.error(
        "Shard {}: upkeep failed, and is not tried again until the store is reopened; reads and"
            + " writes go on, but files pile up",
        store.identity(),
        e);
  }

  /** Ends the thread. Close the stores first: from now on nobody looks after them. */
  @Override
  public void close() {
    closed = true;
    due.add(new Due(null));
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
