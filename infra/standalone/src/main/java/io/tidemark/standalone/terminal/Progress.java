package io.tidemark.standalone.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Says how far a long piece of work is and how fast: a bar on a terminal, else a line a second, so
 * that a log file stays readable. Thread-safe.
 */
public abstract class Progress implements AutoCloseable {
  private static final long LINE_EVERY_NS = Duration.ofSeconds(1).toNanos();

  private Progress() {}

  /** Starts to tell about work of that many units, on standard output. */
  public static Progress of(String task, String unit, long total, PrintWriter out) {
    return System.console() == null
        ? new Lines(task, unit, total, out, System.nanoTime())
        : new Bar(task, unit, total);
  }

  /** So many units more are done. */
  public abstract void add(long units);

  /** The work is over, whole or not. */
  @Override
  public abstract void close();

  private static final class Bar extends Progress {
    private final ProgressBar bar;

    private Bar(String task, String unit, long total) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setUnit(" " + unit, 1)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(System.out))
              .hideEta()
              .showSpeed()
              .build();
    }

    @Override
    public void add(long units) {
      bar.stepBy(units);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  static final class Lines extends Progress {
    private final String task;
    private final String unit;
    private final long total;
    private final PrintWriter out;
    private final long beganNs;
    private long done;
    private long toldNs;

    Lines(String task, String unit, long total, PrintWriter out, long nowNs) {
      this.task = task;
      this.unit = unit;
      this.total = total;
      this.out = out;
      this.beganNs = nowNs;
      this.toldNs = nowNs;
    }

    @Override
    public void add(long units) {
      add(units, System.nanoTime());
    }

    synchronized void add(long units, long nowNs) {
      done += units;
      if (nowNs - toldNs >= LINE_EVERY_NS) {
        tell(nowNs);
      }
    }

    @Override
    public synchronized void close() {
      tell(System.nanoTime());
    }

    private void tell(long nowNs) {
      toldNs = nowNs;
      double seconds = Math.max(1, nowNs - beganNs) / 1e9;
      out.printf(
          "%s: %,d of %,d %s (%,d/s)%n", task, done, total, unit, Math.round(done / seconds));
      out.flush();
    }
  }
}
