package io.tidemark.bench.load;

import io.tidemark.bench.run.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * redis-benchmark with GETs of random keys, without pipelining: each connection has one request on
 * its way, and one thread serves all of them.
 */
public final class RedisBenchmark {
  private static final Pattern REQUESTS =
      Pattern.compile("(\\d+) requests completed in [\\d.]+ seconds");
  private static final Pattern RATE =
      Pattern.compile("throughput summary: ([\\d.]+) requests per second");
  private static final Pattern PERCENTILE =
      Pattern.compile("^([\\d.]+)% <= ([\\d.]+) milliseconds", Pattern.MULTILINE);
  private static final Pattern ERRORS = Pattern.compile("(?im)^.*\\berror\\b.*$");
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private RedisBenchmark() {}

  /** The key of that number, as redis-benchmark makes it of a random number. */
  public static String key(long number) {
    return "key:%012d".formatted(number);
  }

  /**
   * Sends so many GETs over so many connections.
   *
   * @param directory for the files that this takes
   * @param keys how many there are
   */
  public static Load run(Path directory, int port, long keys, int connections, long requests)
      throws IOException, InterruptedException {
    return parse(
        ChildProcess.run(
            List.of(
                "redis-benchmark",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-c",
                Integer.toString(connections),
                "-n",
                Long.toString(requests),
                "-r",
                Long.toString(keys),
                "GET",
                "key:__rand_int__"),
            directory.resolve("redis-benchmark.out"),
            LIMIT));
  }

  /** Reads what redis-benchmark prints without {@code --csv}, which leaves the tail out. */
  static Load parse(String output) {
    // Only the first of its two lists goes by percentiles.
    int second = output.indexOf("Cumulative distribution");
    String percentiles = second < 0 ? output : output.substring(0, second);
    Matcher error = ERRORS.matcher(output);
    return new Load(
        Long.parseLong(only(REQUESTS, output)),
        Double.parseDouble(only(RATE, output)),
        micros(percentiles, 50),
        micros(percentiles, 99),
        micros(percentiles, 99.9),
        error.find() ? List.of(error.group()) : List.of());
  }

  private static String only(Pattern pattern, String output) {
    Matcher found = pattern.matcher(output);
    if (!found.find()) {
      throw new IllegalArgumentException(
          "redis-benchmark did not tell '%s':%n%s".formatted(pattern, output));
    }
    return found.group(1);
  }

  /** The first that it tells at or above a percentile: it tells some, and never too low a one. */
  private static double micros(String percentiles, double wanted) {
    for (Matcher each = PERCENTILE.matcher(percentiles); each.find(); ) {
      if (Double.parseDouble(each.group(1)) >= wanted) {
        return Double.parseDouble(each.group(2)) * 1_000;
      }
    }
    throw new IllegalArgumentException(
        "redis-benchmark did not tell the percentile %s:%n%s".formatted(wanted, percentiles));
  }
}
