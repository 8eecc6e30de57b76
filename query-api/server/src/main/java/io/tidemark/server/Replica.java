package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.changelog.ChangelogRecord;
import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.log.changelog.ShardFollower;
import io.tidemark.store.ShardStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node's copy of one shard: what the records of a changelog do to a store. When readers see it
 * is the {@link ShardFollower}'s to say. Knows neither Kafka nor threads; used by one thread.
 *
 * <p>What is not committed is read again after a restart, from the offset behind the last commit.
 */
final class Replica {
  private static final long NONE = -1;

  /** A changelog record and where it lies. */
  record Entry(long offset, ChangelogRecord record) {}

  private final ShardStore store;
  private final ShardFollower follower;

  /** Goes on where the store's metadata says. The name is for messages. */
  Replica(String name, ShardStore store) {
    this.store = store;
    this.follower =
        new ShardFollower(name, new Stored(store), ReplicaState.fromBytes(store.metadata()));
  }

  /** What readers see. */
  ReplicaState visible() {
    return follower.visible();
  }

  /** The changelog offset of the next record to apply. */
  long nextOffset() {
    return follower.nextOffset();
  }

  /** Whether an epoch is being built behind what readers see. */
  boolean shadow() {
    return follower.shadow();
  }

  /**
   * Applies records in the order of their offsets. Of several progresses only the last becomes
   * visible: the others were true, but nobody has seen them.
   */
  void apply(List<Entry> entries) {
    boolean[] overtaken = overtaken(entries);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      follower.apply(entry.offset(), entry.record(), overtaken[i]);
    }
  }

  /** For each progress, whether a later one of the same epoch follows before a new epoch begins. */
  private static boolean[] overtaken(List<Entry> entries) {
    boolean[] overtaken = new boolean[entries.size()];
    long later = NONE;
    for (int i = entries.size() - 1; i >= 0; i--) {
      ChangelogRecord record = entries.get(i).record();
      if (record instanceof ChangelogRecord.Epoch) {
        later = NONE;
      } else if (record instanceof ChangelogRecord.Reached) {
        overtaken[i] = record.epoch() == later;
        later = record.epoch();
      }
    }
    return overtaken;
  }

  /** As {@link ShardFollower#missing}. */
  ShardFollower.@Nullable Missing missing() {
    return follower.missing();
  }

  /** As {@link ShardFollower#lowerTarget}. */
  void lowerTarget(ShardFollower.Missing missing, Position lowered) {
    follower.lowerTarget(missing, lowered);
  }

  /** Drops what is not visible and goes back to where it begins. */
  void abort() {
    store.abort();
    follower.reset();
  }

  /** The rows in the store. */
  private record Stored(ShardStore store) implements ShardFollower.Copy {
    @Override
    public void put(byte[] key, byte @Nullable [] value) {
      if (value == null) {
        store.delete(key);
      } else {
        store.put(key, value);
      }
    }

    @Override
    public void mark(long checkpoint) {
      store.savepoint(checkpoint);
    }

    @Override
    public void forgetMarksBefore(long oldest) {
      store.pruneSavepoints(oldest);
    }

    @Override
    public void goBackTo(long checkpoint) {
      store.rollbackTo(checkpoint);
    }

    @Override
    public void show(ReplicaState state) {
      store.commit(state.toBytes());
    }
  }
}
