package io.tidemark.store;

import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Keys of the ordered index, ascending, each once: the layers merged, where the newest layer that
 * has a key says whether it is there. Not thread-safe; valid as long as the runs that it reads are
 * mapped, and until one of its calls fails. Closing it is not necessary, but makes the next cursor
 * cheaper.
 */
final class KeyCursor implements AutoCloseable {
  /** By key, and by age among equal ones: the lead stands where this cursor stands. */
  private final KeySource[] order;

  private int live;
  private boolean atKey;

  /** Whether it is known that no other source has the lead's key. */
  private boolean leadIsAlone;

  /** The sources, newest first. */
  KeyCursor(List<KeySource> newestFirst) {
    order = new KeySource[newestFirst.size()];
    for (KeySource source : newestFirst) {
      source.rank = live;
      order[live] = source;
      insert(live++);
    }
  }

  /**
   * Goes to the next key; false when there is none.
   *
   * @throws StoreException CORRUPT when a block of a run is damaged
   */
  boolean next() {
    boolean found = nextEntry();
    while (found && order[0].removed) {
      found = nextEntry();
    }
    return found;
  }

  /** The same with the keys that are removed. */
  boolean nextEntry() {
    if (atKey) {
      KeySource lead = order[0];
      while (live > 1 && !leadIsAlone && order[1].compareKey(lead) == 0) {
        advance(1);
      }
      advance(0);
    }
    atKey = live > 0;
    return atKey;
  }

  /** The key that the cursor stands at: a new array. */
  byte[] key() {
    KeySource lead = lead();
    return Arrays.copyOf(lead.key, lead.keyLength);
  }

  /** What holds the key that the cursor stands at, until it goes on. */
  KeySource lead() {
    if (!atKey) {
      throw new NoSuchElementException("The cursor stands at no key");
    }
    return order[0];
  }

  private void advance(int place) {
    KeySource source = order[place];
    if (source.advance()) {
      settle(place, source);
    } else {
      source.release();
      live--;
      System.arraycopy(order, place + 1, order, place, live - place);
      leadIsAlone = false;
    }
  }

  /** Most keys come from one large layer, so the lead mostly stays where it is. */
  private void settle(int from, KeySource source) {
    leadIsAlone = false;
    int place = from;
    while (place + 1 < live) {
      KeySource next = order[place + 1];
      int comparison = next.compareKey(source);
      if (comparison > 0 || (comparison == 0 && next.rank > source.rank)) {
        leadIsAlone = place == 0 && comparison > 0;
        break;
      }
      order[place] = next;
      place++;
    }
    order[place] = source;
  }

  private void insert(int from) {
    KeySource source = order[from];
    int place = from;
    // Among equal ones the newer came first.
    while (place > 0 && source.compareKey(order[place - 1]) < 0) {
      order[place] = order[place - 1];
      place--;
    }
    order[place] = source;
  }

  /** Lets others use its buffers. There is no next key after that. */
  @Override
  public void close() {
    for (int i = 0; i < live; i++) {
      order[i].release();
    }
    live = 0;
    atKey = false;
  }
}
