package io.tidemark.bench.load;

import io.tidemark.bench.run.ChildProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * wrk with a script that picks random keys. One thread sends for all connections, each of which has
 * one request on its way at any time.
 *
 * <p>wrk adds to its latencies what requests would have seen that a slow answer held up, so its
 * percentiles are higher than those of a program that does not.
 */
public final class Wrk {
  private static final String SCRIPT = "random-keys.lua";
  private static final Pattern LINE = Pattern.compile("^tidemark-wrk (.*)$", Pattern.MULTILINE);
  private static final Duration GRACE = Duration.ofSeconds(60);
  private static final int SEED = 17;
  private static final List<String> FAILURES =
      List.of("connect", "read", "write", "timeout", "status");

  private Wrk() {}

  /**
   * Sends the request over so many connections, for so long.
   *
   * @param directory for the files that this takes
   * @param keys how many there are
   */
  public static Load run(
      Path directory,
      URI server,
      KeyedRequest request,
      long keys,
      int connections,
      Duration duration)
      throws IOException, InterruptedException {
    Path script = directory.resolve(SCRIPT);
    Path raw = directory.resolve("request");
    try (InputStream resource = Wrk.class.getResourceAsStream(SCRIPT)) {
      if (resource == null) {
        throw new IllegalStateException("no resource " + SCRIPT);
      }
      Files.copy(resource, script, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(raw, request.raw(server));
    return parse(
        ChildProcess.run(
            List.of(
                "wrk",
                "--threads",
                "1",
                "--connections",
                Integer.toString(connections),
                "--duration",
                duration.toSeconds() + "s",
                "--timeout",
                "10s",
                "--script",
                script.toString(),
                server.toString(),
                "--",
                raw.toString(),
                Long.toString(keys),
                Integer.toString(SEED)),
            directory.resolve("wrk.out"),
            duration.plus(GRACE)));
  }

  /** Reads what the script has printed last. */
  static Load parse(String output) {
    Matcher line = LINE.matcher(output);
    if (!line.find()) {
      throw new IllegalArgumentException("wrk did not tell any figures:\n" + output);
    }
    Map<String, Double> figures = new HashMap<>();
    for (String pair : line.group(1).split(" ")) {
      String[] parts = pair.split("=", 2);
      figures.put(parts[0], Double.parseDouble(parts[1]));
    }
    List<String> failures = new ArrayList<>();
    for (String kind : FAILURES) {
      long count = (long) figure(figures, kind);
      if (count > 0) {
        failures.add(count + " errors of kind " + kind);
      }
    }
    double requests = figure(figures, "requests");
    return new Load(
        (long) requests,
        requests / figure(figures, "micros") * 1e6,
        figure(figures, "p50"),
        figure(figures, "p99"),
        figure(figures, "p99.9"),
        failures);
  }

  private static double figure(Map<String, Double> figures, String name) {
    Double figure = figures.get(name);
    if (figure == null) {
      throw new IllegalArgumentException("wrk did not tell " + name + " but only " + figures);
    }
    return figure;
  }
}
