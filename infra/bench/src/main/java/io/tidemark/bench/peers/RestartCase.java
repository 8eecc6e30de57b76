package io.tidemark.bench.peers;

import io.tidemark.bench.events.Sales;
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
    ViewWork work = new SalesWork(SalesWork.Kind.COUNTS, new Sales(rows, Math.toIntExact(rows)));
    return switch (peer) {
      case TIDEMARK, TIDEMARK_NODE -> {
        TidemarkView view = TidemarkView.prepare(work, place, List.of());
        TidemarkRestart trial = new TidemarkRestart(this, place, view, peer == Peer.TIDEMARK_NODE);
        try {
          view.materialize();
          trial.ready();
        } catch (Exception e) {
          trial.close();
          throw e;
        }
        yield trial;
      }
      case STREAMS, STREAMS_EOS -> {
        StreamsView view = StreamsView.prepare(work, place, peer == Peer.STREAMS_EOS);
        try {
          view.materialize();
          view.awaitCommitted();
        } catch (Exception e) {
          view.close();
          throw e;
        }
        yield new StreamsRestart(this, view);
      }
      default -> throw new IllegalArgumentException(peer + " takes no part");
    };
  }

  private Sales sales() {
    return new Sales(rows, Math.toIntExact(rows));
  }

  /** Numbers of events, spread evenly; each has a row of its own. */
  private List<Long> sample() {
    long step = Math.max(1, rows / SAMPLE);
    return LongStream.range(0, Math.min(SAMPLE, rows)).map(i -> i * step).boxed().toList();
  }

  /** The keys of the rows that are looked at. */
  List<String> keys() {
    return sample().stream().map(sales()::key).toList();
  }

  /** Whether a row is the one that the event of that place in the sample has made. */
  boolean isRight(int place, @Nullable Object sales, @Nullable Object total) {
    return sales instanceof Number count
        && count.longValue() == 1
        && total instanceof Number sum
        && sum.longValue() == sales().amountOf(sample().get(place));
  }

  /** What is waited for. */
  interface Check {
    boolean passes() throws IOException, InterruptedException;
  }

  /** Seconds until it passes. */
  static double await(long beganNs, String what, Check check)
      throws IOException, InterruptedException {
    while (!check.passes()) {
      if (System.nanoTime() - beganNs > LIMIT.toNanos()) {
        throw new IOException("%s: not within %s".formatted(what, LIMIT));
      }
      Thread.sleep(POLL_MS);
    }
    return (System.nanoTime() - beganNs) / 1e9;
  }
}
