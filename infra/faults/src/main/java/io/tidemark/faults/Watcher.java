package io.tidemark.faults;

import io.tidemark.checker.Level;
import java.util.List;
import java.util.Random;

/**
 * Reads rows of a few views again and again, in one session, at any node: what moves back, or
 * stands in the wrong order, for some milliseconds only, somebody has to be looking at. Used by one
 * thread.
 */
final class Watcher implements Load.Client {
  /** One read of one row. */
  private interface Look {
    boolean at(int node, SubjectView view, String key);
  }

  private final List<SubjectView> views;
  private final Nodes nodes;
  private final Random random;
  private final Look look;

  private Watcher(List<SubjectView> views, Nodes nodes, Random random, Look look) {
    this.views = views;
    this.nodes = nodes;
    this.random = random;
    this.look = look;
  }

  /** Reads what is written in bulk, in its session: the states that a job comes through. */
  static Watcher ofStates(Session session, Nodes nodes, Random random) {
    return new Watcher(
        SubjectView.VIEWS.stream()
            .filter(view -> view.model().log().equals(SubjectView.OTHERS.name()))
            .toList(),
        nodes,
        random,
        (node, view, key) -> session.row(node, Level.SESSION, view, key).isPresent());
  }

  /** Reads rows that several partitions feed, in order. */
  static Watcher ofOrder(Session session, Nodes nodes, Random random) {
    return new Watcher(
        SubjectView.VIEWS.stream().filter(SubjectView::ofManyPartitions).toList(),
        nodes,
        random,
        (node, view, key) -> session.rowInOrder(node, view, key).isPresent());
  }

  @Override
  public boolean step() {
    SubjectView view = views.get(random.nextInt(views.size()));
    String key = view.keys().get(random.nextInt(view.keys().size()));
    return look.at(random.nextInt(nodes.count()), view, key);
  }
}
