package io.tidemark.checker;

import org.jspecify.annotations.Nullable;

/**
 * One event that a client appended or tried to append.
 *
 * @param id unique in the history
 * @param log the log it was meant for
 * @param key its key in the log; a key's events are all in one partition
 * @param number what the views count: not negative; for sequences 1, 2, 3, … per key
 * @param group the key under which a re-keying view files it, or null
 */
public record Event(String id, String log, String key, long number, @Nullable String group) {
  public Event {
    if (number < 0) {
      throw new IllegalArgumentException("event " + id + " has the negative number " + number);
    }
  }

  @Override
  public String toString() {
    return id + " (" + log + "/" + key + " #" + number + (group == null ? "" : " → " + group) + ")";
  }
}
