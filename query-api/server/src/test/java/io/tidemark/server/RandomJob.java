package io.tidemark.server;

import io.tidemark.log.Position;
import io.tidemark.log.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The job of a view that puts and deletes rows at random and goes back to checkpoints at random;
 * and what readers must see at each of its progresses. One thread drives it, any thread asks.
 */
final class RandomJob {
  private static final int KEYS = 40;

  private final TestView view;
  private final String log;
  private final Random random;
  private final List<Shard> shards = new ArrayList<>();
  private long values;

  /** A shard as its writer knows it. */
  private static final class Shard {
    /** The rows at each changelog offset behind a progress that may be shown. */
    final Map<Long, TreeMap<String, Long>> shown = new ConcurrentHashMap<>();

    final TreeMap<Long, Marked> marks = new TreeMap<>();
    TreeMap<String, Long> rows = new TreeMap<>();
    long epoch;
    long generation = 1;
    long position;
    long checkpoint;
    volatile long end;

    Shard() {
      shown.put(0L, new TreeMap<>());
      marks.put(0L, new Marked(new TreeMap<>(), 0));
    }
  }

  private record Marked(TreeMap<String, Long> rows, long position) {}

  RandomJob(TestView view, String log, long seed) {
    this.view = view;
    this.log = log;
    this.random = new Random(seed);
    view.beginAll(Position.empty());
    view.definition.getShards();
    for (int i = 0; i < view.definition.getShards(); i++) {
      shards.add(new Shard());
    }
  }

  private Position at(long offset) {
    return Position.of(log, 0, offset);
  }

  /** Something happens to some shard; in the end everything that was written may be seen. */
  void step() {
    int number = random.nextInt(shards.size());
    Shard shard = shards.get(number);
    change(number);
    int roll = random.nextInt(100);
    if (roll < 4) {
      crash(number);
    } else if (roll < 15) {
      view.mark(number, shard.epoch, ++shard.checkpoint);
      shard.marks.put(shard.checkpoint, new Marked(new TreeMap<>(shard.rows), shard.position));
    }
    progress(number, shard.position + 1 + random.nextInt(3));
  }

  /** Tells every reader something, though no row is different. */
  void tick() {
    for (int number = 0; number < shards.size(); number++) {
      progress(number, shards.get(number).position + 1);
    }
  }

  private void change(int number) {
    Shard shard = shards.get(number);
    for (int left = random.nextInt(8); left > 0; left--) {
      String origin = String.valueOf((char) ('A' + random.nextInt(4)));
      int dest = random.nextInt(KEYS / 4);
      if (view.shardOf(origin, dest) == number) {
        if (random.nextInt(3) == 0) {
          view.delete(number, shard.epoch, origin, dest);
          shard.rows.remove(origin + dest);
        } else {
          view.row(number, shard.epoch, origin, dest, ++values);
          shard.rows.put(origin + dest, values);
        }
      }
    }
  }

  /** The job starts anew from a checkpoint, and is behind what readers have seen for a while. */
  private void crash(int number) {
    Shard shard = shards.get(number);
    long target = shard.position;
    long restored = shard.marks.lastKey() - random.nextInt(2);
    Map.Entry<Long, Marked> mark = shard.marks.floorEntry(Math.max(0, restored));
    shard.marks.tailMap(mark.getKey(), false).clear();
    shard.rows = new TreeMap<>(mark.getValue().rows());
    shard.checkpoint = mark.getKey();
    shard.epoch = view.begin(number, ++shard.generation, mark.getKey(), at(target));
    for (long behind = mark.getValue().position();
        behind < target;
        behind += 1 + random.nextInt(9)) {
      change(number);
      // Nobody may see that.
      view.progress(number, shard.epoch, at(behind));
    }
    shard.position = target;
  }

  private void progress(int number, long position) {
    Shard shard = shards.get(number);
    shard.position = position;
    TreeMap<String, Long> rows = new TreeMap<>(shard.rows);
    long offset = view.progress(number, shard.epoch, at(position)) + 1;
    shard.shown.put(offset, rows);
    shard.end = offset;
  }

  /** Whether the token is of the last progress of each shard that is known so far. */
  boolean isEnd(Token token) {
    for (int i = 0; i < shards.size(); i++) {
      if (offset(token, i) < shards.get(i).end) {
        return false;
      }
    }
    return true;
  }

  /** What a reader of the states that the token names must see; to be asked in the end. */
  Map<String, Long> rowsAt(Token token) {
    Map<String, Long> rows = new HashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      TreeMap<String, Long> shown = shards.get(i).shown.get(offset(token, i));
      if (shown == null) {
        throw new AssertionError(
            "shard %d was never to be seen at offset %d".formatted(i, offset(token, i)));
      }
      rows.putAll(shown);
    }
    return rows;
  }

  long offset(Token token, int shard) {
    return token.position().offset(view.definition.getChangelog(), shard);
  }
}
