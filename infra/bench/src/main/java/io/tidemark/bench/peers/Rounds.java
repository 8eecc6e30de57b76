package io.tidemark.bench.peers;

import io.tidemark.bench.run.Disk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures what has been asked for, and says how far it is. The peers of a case take turns, round
 * by round, so that a slow minute of the machine does not hit one of them alone.
 */
final class Rounds {
  private final Effort effort;
  private final Path home;
  private final Path directory;
  private final @Nullable Path recordings;
  private final Rest rest;
  private final PrintWriter progress;
  private final long beganNs = System.nanoTime();

  /** What is waited for before each measurement, so that nothing of before counts in it. */
  interface Rest {
    /** Returns true when there is rest, and false when it is no longer waited for. */
    boolean await() throws InterruptedException;
  }

  /**
   * A run that has not begun.
   *
   * @param home the working copy that was built
   * @param directory for the data of one trial at a time
   * @param recordings the directory for flight recordings; {@code null} for none
   * @param rest awaited before each measurement
   */
  Rounds(
      Effort effort,
      Path home,
      Path directory,
      @Nullable Path recordings,
      Rest rest,
      PrintWriter progress) {
    this.effort = effort;
    this.home = home;
    this.directory = directory;
    this.recordings = recordings;
    this.rest = rest;
    this.progress = progress;
  }

  Results measure(Experiment experiment) throws InterruptedException {
    Results results = new Results();
    for (Case one : experiment.cases(effort)) {
      for (Peer peer : one.peers()) {
        missing(experiment, peer)
            .ifPresent(program -> results.leaveOut(one.title(), peer, program.advice()));
      }
      if (one.staysReady()) {
        measureReady(experiment, one, results);
      } else {
        measureCold(experiment, one, results);
      }
    }
    return results;
  }

  private static Optional<Program> missing(Experiment experiment, Peer peer) {
    return Stream.concat(experiment.programs().stream(), peer.program().stream())
        .filter(program -> program.find().isEmpty())
        .findFirst();
  }

  private void measureCold(Experiment experiment, Case one, Results results)
      throws InterruptedException {
    for (int round = 1; round <= effort.rounds(); round++) {
      for (Peer peer : one.peers()) {
        Turn turn = new Turn(experiment, one, peer, round, results);
        try {
          turn.prepare();
          turn.measure();
        } finally {
          turn.end();
        }
      }
    }
  }

  private void measureReady(Experiment experiment, Case one, Results results)
      throws InterruptedException {
    Map<Peer, Turn> turns = new LinkedHashMap<>();
    try {
      for (Peer peer : one.peers()) {
        Turn turn = new Turn(experiment, one, peer, 0, results);
        turns.put(peer, turn);
        turn.prepare();
      }
      for (int round = 1; round <= effort.rounds(); round++) {
        for (Turn turn : turns.values()) {
          turn.measure();
        }
      }
    } finally {
      turns.values().forEach(Turn::end);
    }
  }

  /** One peer from its preparation to its end. What fails is noted, and not tried again. */
  private final class Turn {
    private final Experiment experiment;
    private final Case one;
    private final Peer peer;
    private final Results results;
    private final String name;
    private final Path place;
    private @Nullable Trial trial;

    Turn(Experiment experiment, Case one, Peer peer, int round, Results results) {
      this.experiment = experiment;
      this.one = one;
      this.peer = peer;
      this.results = results;
      this.name =
          "%s-%s-%s-%d"
              .formatted(experiment.title(), one.title(), peer, round)
              .replaceAll("[^A-Za-z0-9]+", "-");
      this.place = directory.resolve(name);
    }

    void prepare() throws InterruptedException {
      attempt(
          "prepare",
          () -> {
            Files.createDirectories(place);
            Path recording = null;
            if (recordings != null) {
              Files.createDirectories(recordings);
              recording = recordings.resolve(name + ".jfr").toAbsolutePath();
            }
            trial = one.prepare(peer, new Workplace(home, place, recording));
          });
    }

    void measure() throws InterruptedException {
      Trial ready = trial;
      if (ready != null) {
        if (!rest.await()) {
          say("the processors do not come to rest, and it is measured all the same");
        }
        attempt("measure", () -> results.add(one.title(), peer, ready.measure()));
      }
    }

    /** Never fails: the figures that there are must not be lost over a directory. */
    void end() {
      try {
        if (trial != null) {
          trial.close();
        }
        Disk.delete(place);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        say("it did not end well: " + e);
      }
    }

    private void attempt(String what, Work work) throws InterruptedException {
      if (results.failure(one.title(), peer).isPresent()) {
        return;
      }
      say("%s: %s, %s: %s".formatted(experiment.title(), one.title(), peer.title(), what));
      try {
        work.run();
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception | AssertionError e) {
        // One cell of many: the others are still worth having.
        results.fail(one.title(), peer, firstLine(e));
        say("failed: " + e + ends());
      }
    }

    /** The outputs of its processes go with the directory, so their ends are shown now. */
    private String ends() {
      StringBuilder text = new StringBuilder();
      try (Stream<Path> files = Files.list(place)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".out")).toList()) {
          List<String> lines = Files.readAllLines(file);
          text.append("\n--- ").append(file.getFileName());
          lines
              .subList(Math.max(0, lines.size() - 20), lines.size())
              .forEach(line -> text.append('\n').append(line));
        }
      } catch (IOException e) {
        text.append("\n(").append(e).append(')');
      }
      return text.toString();
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static String firstLine(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return e.getClass().getSimpleName() + ": " + message.lines().findFirst().orElse("");
  }

  private void say(String line) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNs);
    progress.printf("%d:%02d %s%n", seconds / 60, seconds % 60, line);
    progress.flush();
  }
}
