package io.tidemark.store;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * A write transaction that stays open over several calls of the writer. LMDB wants it begun and
 * ended by one thread, but the writer may come on another thread each time; so a thread of its own
 * begins it, sleeps, and ends it. Only steps that outgrow memory pay for that.
 */
final class SpilledStep {
  private enum End {
    COMMIT,
    ABORT
  }

  private final CompletableFuture<Txn<ByteBuffer>> begun = new CompletableFuture<>();
  private final CompletableFuture<End> wanted = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Txn<ByteBuffer> txn;

  private SpilledStep(OrderedIndex index) {
    Thread owner = new Thread(() -> own(index), "tidemark-store-step");
    owner.setDaemon(true);
    owner.start();
    txn = join(begun);
  }

  static SpilledStep begin(OrderedIndex index) {
    return new SpilledStep(index);
  }

  /** The transaction, for reading and writing, but not for ending. */
  Txn<ByteBuffer> txn() {
    return txn;
  }

  void commit() {
    wanted.complete(End.COMMIT);
    join(ended);
  }

  void abort() {
    wanted.complete(End.ABORT);
    join(ended);
  }

  private void own(OrderedIndex index) {
    try (Txn<ByteBuffer> mine = index.begin()) {
      begun.complete(mine);
      if (wanted.join() == End.COMMIT) {
        mine.commit();
      }
    } catch (LmdbException e) {
      ended.completeExceptionally(OrderedIndex.failure("commit a step", e));
      return;
    } catch (Throwable e) {
      begun.completeExceptionally(e);
      ended.completeExceptionally(e);
      return;
    }
    ended.complete(null);
  }

  /** Not interruptible: an interrupt must not leave the transaction in doubt. */
  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
