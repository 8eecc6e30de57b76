package io.tidemark.faults;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/**
 * Reads several views at one cut. That needs a moment without events, so now and then it holds the
 * writers up; and at other times it tries without. Used by one thread.
 */
final class CutReader implements Load.Client {
  private static final Duration PATIENCE = Duration.ofMillis(800);
  private static final List<SubjectView> EXACT =
      SubjectView.VIEWS.stream().filter(SubjectView::exact).toList();

  private final Session session;
  private final Nodes nodes;
  private final Lock quiet;
  private final Random random;

  /**
   * A reader with a session of its own.
   *
   * @param quiet nobody appends while it is held
   */
  CutReader(Session session, Nodes nodes, Lock quiet, Random random) {
    this.session = session;
    this.nodes = nodes;
    this.quiet = quiet;
    this.random = random;
  }

  @Override
  public boolean step() throws InterruptedException {
    Moments.pass(Moments.between(random, 500, 2_000));
    boolean held =
        random.nextInt(4) > 0 && quiet.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return session.snapshot(random.nextInt(nodes.count()), EXACT);
    } finally {
      if (held) {
        quiet.unlock();
      }
    }
  }
}
