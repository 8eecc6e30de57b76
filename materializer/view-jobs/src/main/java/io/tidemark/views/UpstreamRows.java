package io.tidemark.views;

import io.tidemark.log.changelog.ReplicaState;
import io.tidemark.log.changelog.ShardFollower;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one shard of an upstream view, in the state of the job that reads it. Used by the
 * task's thread, with the shard as the current key of the state.
 *
 * <p>Three things are kept, each by the row's key:
 *
 * <ul>
 *   <li>{@code values}: the row as the changelog has it, visible or not.
 *   <li>{@code shown}: for rows that have changed since, the row that the query has been given.
 *       When changes become visible, the query gets the difference, so undone rows need nothing of
 *       their own: going back to a checkpoint is a change like any other.
 *   <li>{@code undo}: for each mark the rows as they were at it, of those that have changed before
 *       the next mark.
 * </ul>
 */
final class UpstreamRows implements ShardFollower.Copy {
  /** Flink's state of all shards of a task; the namespaces make an entry of each row. */
  static final class State {
    final ValueState<byte[]> values;
    final MapState<String, byte[]> shown;
    final MapState<String, byte[]> undo;
    private final InternalKvState<?, String, ?> valuesNamespace;
    private final InternalKvState<?, Long, ?> undoNamespace;

    @SuppressWarnings("unchecked") // the namespaces that the two were made with
    State(
        ValueState<byte[]> values, MapState<String, byte[]> shown, MapState<String, byte[]> undo) {
      this.values = values;
      this.shown = shown;
      this.undo = undo;
      this.valuesNamespace = (InternalKvState<?, String, ?>) values;
      this.undoNamespace = (InternalKvState<?, Long, ?>) undo;
    }
  }

  /** All keys that the current shard has rows of. */
  interface Keys {
    Stream<String> all();
  }

  /** A mark in the changelog; the number tells apart two of one checkpoint. */
  private record Savepoint(long number, long checkpoint) {}

  private static final byte[] NOTHING = {};

  private final State state;
  private final Keys keys;
  private final BiConsumer<byte @Nullable [], byte @Nullable []> query;
  private final Deque<Savepoint> marks = new ArrayDeque<>();
  private long nextNumber;
  private long forgottenBelow;

  /**
   * @param query hears of each visible change: the row before and the row after it
   */
  UpstreamRows(State state, Keys keys, BiConsumer<byte @Nullable [], byte @Nullable []> query) {
    this.state = state;
    this.keys = keys;
    this.query = query;
  }

  @Override
  public void put(byte[] key, byte @Nullable [] value) {
    // One character a byte: a key of state needs an order-free equality, which arrays lack.
    String name = new String(key, StandardCharsets.ISO_8859_1);
    attempt(
        () -> {
          byte[] before = value(name);
          Savepoint newest = marks.peekLast();
          if (newest != null) {
            state.undoNamespace.setCurrentNamespace(newest.number());
            if (!state.undo.contains(name)) {
              state.undo.put(name, before == null ? NOTHING : before);
            }
          }
          change(name, before, value);
        });
  }

  @Override
  public void mark(long checkpoint) {
    marks.addLast(new Savepoint(nextNumber++, checkpoint));
  }

  @Override
  public void forgetMarksBefore(long oldest) {
    // The newest mark of at most that checkpoint is what it means.
    while (marks.size() > 1 && second().checkpoint() <= oldest) {
      Savepoint forgotten = marks.removeFirst();
      forgottenBelow = marks.getFirst().checkpoint();
      attempt(() -> undoSince(forgotten).clear());
    }
  }

  private Savepoint second() {
    return marks.stream().skip(1).findFirst().orElseThrow();
  }

  @Override
  public void goBackTo(long checkpoint) {
    attempt(
        () -> {
          while (!marks.isEmpty() && marks.getLast().checkpoint() > checkpoint) {
            undo(marks.removeLast());
          }
          if (!marks.isEmpty()) {
            undo(marks.getLast());
          } else if (checkpoint > 0 && checkpoint < forgottenBelow) {
            throw new IllegalStateException(
                "the upstream view went back to checkpoint %d, but has said that nobody needs those before %d"
                    .formatted(checkpoint, forgottenBelow));
          } else {
            forgottenBelow = 0;
            for (String key : keys.all().toList()) {
              change(key, value(key), null);
            }
          }
        });
  }

  private void undo(Savepoint mark) throws Exception {
    for (Map.Entry<String, byte[]> then : undoSince(mark).entries()) {
      byte[] row = then.getValue();
      change(then.getKey(), value(then.getKey()), row.length == 0 ? null : row);
    }
    undoSince(mark).clear();
  }

  private MapState<String, byte[]> undoSince(Savepoint mark) {
    state.undoNamespace.setCurrentNamespace(mark.number());
    return state.undo;
  }

  @Override
  public void show(ReplicaState visible) {
    attempt(
        () -> {
          for (Map.Entry<String, byte[]> before : state.shown.entries()) {
            byte[] shown = before.getValue().length == 0 ? null : before.getValue();
            byte[] now = value(before.getKey());
            if (!Arrays.equals(shown, now)) {
              query.accept(shown, now);
            }
          }
          state.shown.clear();
        });
  }

  private byte @Nullable [] value(String key) throws Exception {
    state.valuesNamespace.setCurrentNamespace(key);
    return state.values.value();
  }

  private void change(String key, byte @Nullable [] before, byte @Nullable [] after)
      throws Exception {
    if (!state.shown.contains(key)) {
      state.shown.put(key, before == null ? NOTHING : before);
    }
    state.valuesNamespace.setCurrentNamespace(key);
    if (after == null) {
      state.values.clear();
    } else {
      state.values.update(after);
    }
  }

  /** What is known of the marks, for {@link #remember}. */
  byte[] memory() {
    ByteBuffer memory = ByteBuffer.allocate(Long.BYTES * (2 + 2 * marks.size()));
    memory.putLong(nextNumber).putLong(forgottenBelow);
    marks.forEach(mark -> memory.putLong(mark.number()).putLong(mark.checkpoint()));
    return memory.array();
  }

  /** Goes on with these marks. */
  void remember(byte[] bytes) {
    ByteBuffer memory = ByteBuffer.wrap(bytes);
    nextNumber = memory.getLong();
    forgottenBelow = memory.getLong();
    while (memory.hasRemaining()) {
      marks.addLast(new Savepoint(memory.getLong(), memory.getLong()));
    }
  }

  private interface Attempt {
    void run() throws Exception;
  }

  /** Flink's state declares every exception there is. */
  private static void attempt(Attempt attempt) {
    try {
      attempt.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the state of the job cannot be reached", e);
    }
  }
}
