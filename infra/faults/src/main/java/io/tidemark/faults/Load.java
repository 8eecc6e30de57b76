package io.tidemark.faults;

import io.tidemark.checker.HistoryRecorder;
import io.tidemark.faults.SubjectView.SubjectLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** The clients of a run, each in a thread of its own, until it is ended. */
final class Load {
  private static final int WRITERS = 3;
  private static final int READERS = 5;
  private static final List<SubjectView> EXACT =
      SubjectView.VIEWS.stream().filter(SubjectView::exact).toList();

  /** A client that does one thing after the other. */
  interface Client {
    /** Does one thing; whether it was answered. */
    boolean step() throws InterruptedException;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);

  private Load() {}

  /** Starts the clients. */
  static Load start(Nodes nodes, HistoryRecorder recorder, Tally tally, Random random) {
    Load load = new Load();
    for (SubjectLog log : SubjectView.LOGS) {
      int writers = Math.min(WRITERS, log.keys().size() / 2);
      for (int i = 0; i < writers; i++) {
        Session session = new Session("w-" + log.name() + i, nodes, recorder, tally);
        Random own = new Random(random.nextLong());
        load.run(new Writer(session, nodes, log, share(log.keys(), i, writers), own), own, 20, 120);
      }
    }
    for (int i = 0; i < READERS; i++) {
      Session session = new Session("r" + i, nodes, recorder, tally);
      Random own = new Random(random.nextLong());
      load.run(new Reader(session, nodes, own), own, 5, 40);
    }
    Random watching = new Random(random.nextLong());
    Session watcher = new Session("watcher", nodes, recorder, tally);
    load.run(Watcher.ofStates(watcher, nodes, watching), watching, 5, 25);
    Random ordering = new Random(random.nextLong());
    Session orderer = new Session("order", nodes, recorder, tally);
    load.run(Watcher.ofOrder(orderer, nodes, ordering), ordering, 5, 25);
    Random cutting = new Random(random.nextLong());
    Session cutter = new Session("cuts", nodes, recorder, tally);
    load.run(() -> cutter.snapshot(cutting.nextInt(nodes.count()), EXACT), cutting, 100, 600);
    load.threads.forEach(Thread::start);
    return load;
  }

  private static List<String> share(List<String> keys, int index, int of) {
    List<String> own = new ArrayList<>();
    for (int i = index; i < keys.size(); i += of) {
      own.add(keys.get(i));
    }
    return own;
  }

  private void run(Client client, Random random, int leastMs, int mostMs) {
    Thread thread =
        new Thread(
            () -> {
              try {
                Duration pause = Duration.ZERO;
                while (!Moments.pass(pause, end)) {
                  boolean answered = client.step();
                  // What fails may fail at once, and again.
                  pause = Moments.between(random, leastMs, answered ? mostMs : 10 * mostMs);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException | Error e) {
                defects.add(e);
              }
            },
            "load-" + threads.size());
    thread.setDaemon(true);
    threads.add(thread);
  }

  /**
   * Ends the load; returns when the last call has ended.
   *
   * @throws IllegalStateException when a client has ended before, of a defect of its own
   */
  void end() throws InterruptedException {
    end.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    if (!defects.isEmpty()) {
      throw new IllegalStateException("a client of the load has failed", defects.get(0));
    }
  }
}
