package io.tidemark.faults;

import io.tidemark.checker.Level;
import java.util.List;
import java.util.Random;

/**
 * Reads rows of a few views again and again, in one session, at any node: what moves back for some
 * milliseconds only, somebody has to be looking at. Used by one thread.
 */
final class Watcher implements Load.Client {
  private static final List<SubjectView> WATCHED =
      SubjectView.VIEWS.stream()
          .filter(view -> view.model().log().equals(SubjectView.OTHERS.name()))
          .toList();

  private final Session session;
  private final Nodes nodes;
  private final Random random;

  Watcher(Session session, Nodes nodes, Random random) {
    this.session = session;
    this.nodes = nodes;
    this.random = random;
  }

  @Override
  public boolean step() {
    SubjectView view = WATCHED.get(random.nextInt(WATCHED.size()));
    String key = view.keys().get(random.nextInt(view.keys().size()));
    return session.row(random.nextInt(nodes.count()), Level.SESSION, view, key).isPresent();
  }
}
