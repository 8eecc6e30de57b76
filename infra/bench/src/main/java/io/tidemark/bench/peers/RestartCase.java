package io.tidemark.bench.peers;

import io.tidemark.bench.events.Sales;
import io.tidemark.bench.run.ChildProcess;
import io.tidemark.bench.run.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A view with a row for each event, whose process is killed; its local state is kept or not. */
record RestartCase(long rows, boolean kept) implements Case {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int POLL_MS = 5;
  private static final int SAMPLE = 100;

  @Override
  public String title() {
    return "%s rows, local state %s".formatted(Effort.count(rows), kept ? "kept" : "deleted");
  }

  @Override
  public List<Peer> peers() {
    return kept
        ? List.of(Peer.TIDEMARK, Peer.TIDEMARK_NODE, Peer.STREAMS, Peer.STREAMS_EOS)
        : List.of(Peer.TIDEMARK_NODE, Peer.STREAMS, Peer.STREAMS_EOS);
  }

  @Override
  public Trial prepare(Peer peer, Workplace place) throws Exception {
    ViewWork work = new SalesWork(SalesWork.Kind.COUNTS, sales());
    ServerProcess server = TidemarkView.startFilled(work, place, List.of());
    try {
      if (peer == Peer.STREAMS || peer == Peer.STREAMS_EOS) {
        StreamsView view =
            StreamsView.start(
                server, work, place, peer == Peer.STREAMS_EOS, List.of(ChildProcess.CLASSES_KEPT));
        StreamsRestart restart = new StreamsRestart(this, server, view);
        ready(restart, restart::ready);
        return restart;
      }
      TidemarkView.on(server, work, TidemarkView.VIEW).withStateOnDisk().materialize();
      TidemarkRestart restart =
          new TidemarkRestart(this, place, server, peer == Peer.TIDEMARK_NODE);
      ready(restart, restart::ready);
      return restart;
    } catch (Exception e) {
      server.close();
      throw e;
    }
  }

  private interface Step {
    void take() throws Exception;
  }

  private static void ready(Trial restart, Step step) throws Exception {
    try {
      step.take();
    } catch (Exception e) {
      restart.close();
      throw e;
    }
  }

  private Sales sales() {
    return new Sales(rows, Math.toIntExact(rows));
  }

  /** Numbers of events, spread evenly; each has a row of its own. */
  private List<Long> sample() {
    long step = Math.max(1, rows / SAMPLE);
    return LongStream.range(0, Math.min(SAMPLE, rows)).map(i -> i * step).boxed().toList();
  }

  /** What a row says; nothing where there is none, or it is not known yet. */
  record Tally(@Nullable Object sales, @Nullable Object total) {
    static final Tally NONE = new Tally(null, null);
  }

  /** How a peer is asked for rows. */
  interface Reading {
    /** One for each key, in their order; none at all when the peer cannot answer yet. */
    List<Tally> read(List<String> keys) throws IOException, InterruptedException;
  }

  /**
   * Seconds until the whole sample is right. Until then one row of it is asked for at a time, the
   * last that was wrong: to ask for all of them would take the processors that the restart needs.
   */
  double await(long beganNs, String what, Reading reading)
      throws IOException, InterruptedException {
    List<String> keys = sample().stream().map(sales()::key).toList();
    int wrong = lastWrong(keys, keys.size() - 1, reading);
    while (wrong >= 0) {
      if (System.nanoTime() - beganNs > LIMIT.toNanos()) {
        throw new IOException("%s: not within %s".formatted(what, LIMIT));
      }
      Thread.sleep(POLL_MS);
      wrong = lastWrong(keys, wrong, reading);
    }
    return (System.nanoTime() - beganNs) / 1e9;
  }

  /** The place of the row that is asked for first if that is wrong, else of the last wrong row. */
  private int lastWrong(List<String> keys, int first, Reading reading)
      throws IOException, InterruptedException {
    if (!isRight(first, reading.read(List.of(keys.get(first))), 0)) {
      return first;
    }
    List<Tally> all = reading.read(keys);
    int place = keys.size() - 1;
    while (place >= 0 && isRight(place, all, place)) {
      place--;
    }
    return place;
  }

  /** Whether a row is the one that the event of that place in the sample has made. */
  private boolean isRight(int place, List<Tally> rows, int row) {
    return row < rows.size()
        && rows.get(row).sales() instanceof Number count
        && count.longValue() == 1
        && rows.get(row).total() instanceof Number sum
        && sum.longValue() == sales().amountOf(sample().get(place));
  }
}
