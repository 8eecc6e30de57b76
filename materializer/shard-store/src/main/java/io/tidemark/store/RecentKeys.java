package io.tidemark.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Recent changes of the ordered index, in memory: a skip list that only grows, for one writer and
 * any number of readers.
 *
 * <p>A node is linked bottom up, each link with release semantics, and never unlinked. So a reader
 * that comes by at any time finds every key that had been put before, in order, and nothing half
 * made.
 */
final class RecentKeys {
  private static final int MAX_LEVELS = 12;

  /** One node in four reaches the next level. */
  private static final int LEVEL_BITS = 2;

  private static final VarHandle LINK = MethodHandles.arrayElementVarHandle(Node[].class);

  private static final class Node {
    final byte[] key;
    final long keyHead;
    final Node[] next;

    /** Volatile, as it changes while readers look. */
    volatile boolean removed;

    Node(byte[] key, int levels) {
      this.key = key;
      this.keyHead = KeyHead.of(key, 0, key.length);
      this.next = new Node[levels];
    }

    boolean isBelow(byte[] other, long otherHead) {
      return keyHead == otherHead ? Arrays.compareUnsigned(key, other) < 0 : keyHead < otherHead;
    }

    @Nullable Node next(int level) {
      return (Node) LINK.getAcquire(next, level);
    }
  }

  private final Node head = new Node(LogRecord.NO_BYTES, MAX_LEVELS);

  /** The writer's: the last node before the key on each level. */
  private final Node[] before = new Node[MAX_LEVELS];

  private int levels = 1;
  private long random = 0x9E37_79B9_7F4A_7C15L;
  private volatile int size;

  /** Notes that the key is there, or is removed. By one thread at a time. */
  void put(byte[] key, boolean removed) {
    Node found = seek(key);
    if (found != null && Arrays.equals(found.key, key)) {
      if (found.removed != removed) {
        found.removed = removed;
      }
      return;
    }
    int height = randomHeight();
    while (levels < height) {
      before[levels++] = head;
    }
    Node node = new Node(key, height);
    if (removed) {
      node.removed = true;
    }
    for (int level = 0; level < height; level++) {
      node.next[level] = before[level].next[level];
    }
    for (int level = 0; level < height; level++) {
      LINK.setRelease(before[level].next, level, node);
    }
    size += 1;
  }

  private @Nullable Node seek(byte[] key) {
    long keyHead = KeyHead.of(key, 0, key.length);
    Node at = head;
    Node next = null;
    for (int level = levels - 1; level >= 0; level--) {
      Node known = next;
      next = at.next[level];
      while (next != null && next != known && next.isBelow(key, keyHead)) {
        at = next;
        next = at.next[level];
      }
      before[level] = at;
    }
    return next;
  }

  private int randomHeight() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    int height = 1 + Long.numberOfTrailingZeros(random) / LEVEL_BITS;
    return Math.min(height, MAX_LEVELS);
  }

  /** Keys that have been put, removed ones too. */
  int size() {
    return size;
  }

  /** The keys from this one on, or null when there is none. */
  @Nullable KeySource from(byte[] key) {
    long keyHead = KeyHead.of(key, 0, key.length);
    Node at = head;
    Node next = null;
    for (int level = MAX_LEVELS - 1; level >= 0; level--) {
      Node known = next;
      next = at.next(level);
      while (next != null && next != known && next.isBelow(key, keyHead)) {
        at = next;
        next = at.next(level);
      }
    }
    return next == null ? null : new Source(next);
  }

  private static final class Source extends KeySource {
    private Node node;

    Source(Node first) {
      this.node = first;
      show();
    }

    @Override
    boolean advance() {
      Node next = node.next(0);
      if (next == null) {
        return false;
      }
      node = next;
      show();
      return true;
    }

    private void show() {
      key = node.key;
      keyLength = key.length;
      removed = node.removed;
    }
  }
}
