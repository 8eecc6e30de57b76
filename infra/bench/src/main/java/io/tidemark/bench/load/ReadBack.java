package io.tidemark.bench.load;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Appends an event at random times, and reads it back right after its acknowledgement. Every time
 * is measured from the acknowledgement to the answer, at the client. For one thread.
 */
public final class ReadBack {
  private static final int NAMES = 16;

  /** As long as Tidemark's time between two cuts, and a multiple of a tick. */
  private static final double MOST_PAUSE_NS = 100e6;

  private final Random random = new Random(17);
  private long number;

  /** What is appended to and read from. */
  public interface Subject {
    /** Appends an event; returns when it is acknowledged. */
    void append(String name, long number) throws IOException, InterruptedException;

    /** Reads the row of the name; whether it reflects the event, or a later one. */
    boolean shows(String name, long number) throws IOException, InterruptedException;

    /** Reads again and again until it does. */
    default boolean awaitShown(String name, long number) throws IOException, InterruptedException {
      while (!shows(name, number)) {
        Thread.onSpinWait();
      }
      return true;
    }
  }

  /** How often the event was reflected, and how long that took. */
  public record Outcome(int reflected, int tries, Histogram micros) {}

  /**
   * Tries so often.
   *
   * @param once whether the first read must show the event; else it is read until it shows
   */
  public Outcome measure(Subject subject, boolean once, int tries)
      throws IOException, InterruptedException {
    Histogram micros = new Histogram(3);
    int reflected = 0;
    for (int i = 0; i < tries; i++) {
      // The one before has ended at a tick or a cut. This one is to begin at any time between two
      // of them, each as likely as the other.
      LockSupport.parkNanos((long) (random.nextDouble() * MOST_PAUSE_NS));
      number++;
      String name = "name-" + number % NAMES;
      subject.append(name, number);
      long acknowledgedNs = System.nanoTime();
      boolean shown = once ? subject.shows(name, number) : subject.awaitShown(name, number);
      micros.recordValue((System.nanoTime() - acknowledgedNs) / 1_000);
      if (shown) {
        reflected++;
      }
    }
    return new Outcome(reflected, tries, micros);
  }
}
