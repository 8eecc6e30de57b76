package io.tidemark.faults;

import io.tidemark.checker.Event;
import io.tidemark.checker.Level;
import io.tidemark.faults.SubjectView.SubjectLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The one writer of some keys of a log: numbers the events of each key 1, 2, 3, …, and now and then
 * reads what it has written. Used by one thread.
 */
final class Writer implements Load.Client {
  private static final int MOST_AT_ONCE = 30;

  private final Session session;
  private final Nodes nodes;
  private final SubjectLog log;
  private final List<String> keys;
  private final List<SubjectView> views;
  private final Random random;
  private final Map<String, Long> numbers = new HashMap<>();

  Writer(Session session, Nodes nodes, SubjectLog log, List<String> keys, Random random) {
    this.session = session;
    this.nodes = nodes;
    this.log = log;
    this.keys = keys;
    this.views =
        SubjectView.VIEWS.stream().filter(view -> view.model().log().equals(log.name())).toList();
    this.random = random;
  }

  @Override
  public boolean step() {
    boolean atomically = !log.bulk() && random.nextInt(12) == 0;
    int count = log.bulk() ? 1 + random.nextInt(MOST_AT_ONCE) : atomically ? 3 : 1;
    int first = random.nextInt(keys.size());
    List<Event> events =
        IntStream.range(first, first + count)
            .mapToObj(i -> next(keys.get(i % keys.size())))
            .toList();
    if (!session.append(random.nextInt(nodes.count()), events, atomically)) {
      return false;
    }
    if (random.nextInt(3) > 0) {
      return true;
    }
    SubjectView view = views.get(random.nextInt(views.size()));
    String key = events.get(0).key();
    String row = view.keys().contains(key) ? key : SubjectView.group(key);
    return session.row(random.nextInt(nodes.count()), Level.SESSION, view, row).isPresent();
  }

  /** An event that failed keeps its number, and the next one gets the next: it may be there yet. */
  private Event next(String key) {
    long number = numbers.merge(key, 1L, Long::sum);
    return new Event(key + "#" + number, log.name(), key, number, SubjectView.group(key));
  }
}
