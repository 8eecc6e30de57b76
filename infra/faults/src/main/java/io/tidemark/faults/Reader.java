package io.tidemark.faults;

import io.tidemark.checker.Level;
import io.tidemark.log.Token;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Reads at every level, rows of every view, at every node, in one session. Used by one thread.
 *
 * <p>Tokens that it has seen it keeps for a while, to read as of them later.
 */
final class Reader implements Load.Client {
  private static final int REMEMBERED = 40;
  private static final int LONGEST_AGO_MS = 20_000;
  private static final List<Level> OF_A_ROW =
      List.of(Level.EVENTUAL, Level.BOUNDED, Level.SESSION, Level.SESSION, Level.STRONG);

  /** What one node has answered as of a token. */
  private record Shown(int node, Token token, SubjectView view, String key) {}

  private final Session session;
  private final Nodes nodes;
  private final Random random;
  private final List<SubjectView> exact;
  private final List<SubjectView> retained;
  private final Deque<Token> seen = new ArrayDeque<>();
  private final Deque<Shown> shown = new ArrayDeque<>();

  Reader(Session session, Nodes nodes, Random random) {
    this.session = session;
    this.nodes = nodes;
    this.random = random;
    this.exact = SubjectView.VIEWS.stream().filter(SubjectView::exact).toList();
    this.retained = SubjectView.VIEWS.stream().filter(SubjectView::retained).toList();
  }

  @Override
  public boolean step() {
    int node = random.nextInt(nodes.count());
    SubjectView view = one(SubjectView.VIEWS);
    return switch (random.nextInt(10)) {
      case 0 -> rows(node, one(OF_A_ROW), view);
      case 1 -> session.scan(node, one(OF_A_ROW), view, false);
      case 2 -> snapshot(node);
      case 3 -> asOf(node, one(retained));
      default -> row(node, one(OF_A_ROW), view);
    };
  }

  private boolean row(int node, Level level, SubjectView view) {
    String key = one(view.keys());
    Optional<Token> answer =
        inOrder(level) ? session.rowInOrder(node, view, key) : session.row(node, level, view, key);
    answer.ifPresent(token -> remember(seen, token));
    return answer.isPresent();
  }

  private boolean rows(int node, Level level, SubjectView view) {
    List<String> keys = some(view.keys());
    return inOrder(level)
        ? session.rowsInOrder(node, view, keys)
        : session.rows(node, level, view, keys);
  }

  /** Half of the strong reads promise an order, too. */
  private boolean inOrder(Level level) {
    return level == Level.STRONG && random.nextBoolean();
  }

  private boolean snapshot(int node) {
    SubjectView view = one(exact);
    return session.rows(node, Level.SNAPSHOT, view, some(view.keys()));
  }

  private boolean asOf(int node, SubjectView view) {
    int way = random.nextInt(3);
    if (way == 0) {
      Instant past = Instant.now().minusMillis(random.nextInt(LONGEST_AGO_MS));
      return session.asOf(node, past, view, one(view.keys())).isPresent();
    }
    if (way == 1 && !shown.isEmpty()) {
      Shown again = one(List.copyOf(shown));
      return session.asOf(again.node(), again.token(), again.view(), again.key()).isPresent();
    }
    String key = one(view.keys());
    Token past = seen.isEmpty() ? session.token() : one(List.copyOf(seen));
    Optional<Token> answer = session.asOf(node, past, view, key);
    answer.ifPresent(token -> remember(shown, new Shown(node, token, view, key)));
    return answer.isPresent();
  }

  private static <T> void remember(Deque<T> all, T one) {
    all.addLast(one);
    if (all.size() > REMEMBERED) {
      all.removeFirst();
    }
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private List<String> some(List<String> keys) {
    List<String> all = new ArrayList<>(keys);
    Collections.shuffle(all, random);
    return all.subList(0, 2 + random.nextInt(all.size() - 1));
  }
}
