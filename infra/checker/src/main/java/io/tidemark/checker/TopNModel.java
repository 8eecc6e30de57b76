package io.tidemark.checker;

import java.util.List;

/**
 * A view of the {@code n} greatest numbers of each key's events, recorded as one {@link Row} whose
 * values are the numbers from the greatest down; fewer when there are fewer events.
 */
public record TopNModel(String view, String log, int n) implements ViewModel {
  public TopNModel {
    if (n < 1) {
      throw new IllegalArgumentException("the Top-N of view " + view + " keeps " + n + " rows");
    }
  }

  @Override
  public List<String> rowKeys(Event event) {
    return event.log().equals(log) ? List.of(event.key()) : List.of();
  }

  @Override
  public long[] contribution(Event event) {
    return new long[] {event.number()};
  }

  @Override
  public long[] combine(long[] a, long[] b) {
    long[] merged = new long[Math.min(n, a.length + b.length)];
    int fromA = 0;
    int fromB = 0;
    for (int i = 0; i < merged.length; i++) {
      boolean takeA = fromB == b.length || (fromA < a.length && a[fromA] >= b[fromB]);
      merged[i] = takeA ? a[fromA++] : b[fromB++];
    }
    return merged;
  }
}
