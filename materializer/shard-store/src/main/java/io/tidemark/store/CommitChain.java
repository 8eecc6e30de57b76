package io.tidemark.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Finds, for each new commit, the earlier one that its record points back to beside the one before
 * it, so that any commit is found in logarithmic time from a later one. The distances are those of
 * the skew-binary numbers: E. W. Myers, "An applicative random-access stack", Information
 * Processing Letters 17 (1983).
 */
final class CommitChain {
  private final Deque<Tree> trees = new ArrayDeque<>();

  /** A run of that many commits, the last of which is at that address. */
  private record Tree(long size, long last) {}

  private CommitChain() {}

  /** The chain that ends at a commit; what lies in segments that are gone is left out. */
  static CommitChain endingAt(RecordLog log, Committed commit) {
    CommitChain chain = new CommitChain();
    long left = commit.step();
    long at = commit.address();
    while (left > 0) {
      long size = firstTree(left);
      chain.trees.addLast(new Tree(size, at));
      left -= size;
      boolean there = at != Address.NONE && log.segment(Address.segment(at)) != null;
      at = there ? log.read(at).back() : Address.NONE;
    }
    return chain;
  }

  /** The first tree of the representation of n: the others are at least as large. */
  private static long firstTree(long n) {
    long left = n;
    long size = 1;
    while (size * 2 + 1 <= left) {
      size = size * 2 + 1;
    }
    while (true) {
      long rest = left % size;
      if (rest == 0) {
        return size;
      }
      left = rest;
      size = (size - 1) / 2;
    }
  }

  private boolean joins() {
    if (trees.size() < 2) {
      return false;
    }
    Iterator<Tree> all = trees.iterator();
    long first = all.next().size();
    return first == all.next().size();
  }

  /** Where the next commit's record is to point. */
  long back() {
    Iterator<Tree> all = trees.iterator();
    if (joins()) {
      all.next();
      all.next();
    }
    return all.hasNext() ? all.next().last() : Address.NONE;
  }

  void add(long address) {
    if (joins()) {
      long size = trees.removeFirst().size();
      trees.removeFirst();
      trees.addFirst(new Tree(2 * size + 1, address));
    } else {
      trees.addFirst(new Tree(1, address));
    }
  }
}
