package io.tidemark.bench;

import io.tidemark.bench.load.PacedAppends;
import io.tidemark.bench.load.ReadBack;
import io.tidemark.bench.run.Disk;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.Event;
import io.tidemark.client.RowResult;
import io.tidemark.client.RowsResult;
import io.tidemark.client.TidemarkClient;
import io.tidemark.client.ViewRead;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Appends an event at random times, and reads it back right after its acknowledgement: with its
 * token at session, without one at strong, and at eventual again and again until it shows. On a
 * view with ticks and on one with exact cuts, whose query is the same; while others append to the
 * same log at a steady rate.
 *
 * <p>Of the exact view also in a snapshot with another one, whose job cuts twice as often, and a
 * strong read also in order. A snapshot that is not had within a second, because the views did not
 * meet at a cut, counts as one that does not reflect the event.
 *
 * <p>Every time is measured from the acknowledgement, at the client, over HTTP on the loopback
 * device. A session or strong read that does not reflect the event is counted, and makes the
 * command fail.
 */
@Command(
    name = "freshness",
    description = "How soon reads reflect an append, and whether they always do.",
    mixinStandardHelpOptions = true)
final class Freshness implements Callable<Integer> {
  private static final String LOG = "probes";
  private static final String SCHEMA =
      """
      {"type":"record","name":"Probe","fields":[
        {"name":"name","type":"string"},{"name":"number","type":"long"}]}
      """;
  private static final String SELECT =
      " AS SELECT name, COUNT(*) AS probes, MAX(number) AS newest FROM probes GROUP BY name";
  private static final Map<String, String> VIEWS =
      Map.of(
          "tick",
          "",
          "exact",
          " WITH ('progress' = 'exact')",
          "beside",
          " WITH ('progress' = 'exact', 'checkpoint-interval' = '50 ms')");
  private static final int LOAD_NAMES = 10_000;
  private static final Duration TOGETHER_WITHIN = Duration.ofSeconds(1);

  @Option(names = "--tries", description = "Tries of each kind (default: ${DEFAULT-VALUE}).")
  private int tries = 1_000;

  @Option(
      names = "--rates",
      split = ",",
      description =
          "Events a second that are appended meanwhile, in hundreds (default: ${DEFAULT-VALUE}).")
  private List<Integer> rates = List.of(1_000, 20_000);

  @Option(
      names = "--warmup",
      description = "Tries of each kind before any of those (default: ${DEFAULT-VALUE}).")
  private int warmup = 200;

  @Option(names = "--home", hidden = true, defaultValue = "${sys:tidemark.home:-.}")
  private Path home = Path.of(".");

  private final ReadBack readBack = new ReadBack();

  /** One way to read an event back. */
  private enum Reading {
    SESSION("session, with the append's token"),
    STRONG("strong, without a token"),
    ORDERED("strong, in order"),
    VISIBLE("eventual, until it shows"),
    TOGETHER("snapshot with another exact view");

    private final String title;

    Reading(String title) {
      this.title = title;
    }

    /** Whether the view offers it. */
    boolean isOf(String view) {
      return this != TOGETHER || view.equals("exact");
    }
  }

  private record Line(double rate, String view, Reading reading, ReadBack.Outcome outcome) {}

  @Override
  public Integer call() throws Exception {
    List<Line> lines = new ArrayList<>();
    Path directory = Files.createTempDirectory("tidemark-bench");
    try (ServerProcess server = ServerProcess.start(home, directory, List.of())) {
      TidemarkClient client = TidemarkClient.of(server.http());
      client.createLog(LOG, SCHEMA, 4);
      VIEWS.forEach(
          (view, options) ->
              client.createView(view, "CREATE MATERIALIZED VIEW " + view + options + SELECT));
      for (int rate : rates) {
        try (PacedAppends others = PacedAppends.start(load(client), rate)) {
          // Before any of them counts: for its first minutes the server is busy compiling.
          measureAll(server, others, warmup);
          lines.addAll(measureAll(server, others, tries));
        }
      }
    } finally {
      Disk.delete(directory);
    }
    print(lines);
    return lines.stream()
            .filter(line -> line.reading() != Reading.TOGETHER)
            .map(Line::outcome)
            .allMatch(each -> each.reflected() == each.tries())
        ? 0
        : 1;
  }

  private static PacedAppends.Sink load(TidemarkClient client) {
    return (first, count) ->
        client.append(
            LOG,
            LongStream.range(first, first + count)
                .mapToObj(
                    number -> {
                      String name = "load-" + number % LOAD_NAMES;
                      return new Event(name, Map.of("name", name, "number", number));
                    })
                .toList());
  }

  private List<Line> measureAll(ServerProcess server, PacedAppends others, int tries)
      throws IOException, InterruptedException {
    List<Line> lines = new ArrayList<>();
    for (String view : List.of("tick", "exact")) {
      for (Reading reading : Reading.values()) {
        if (reading.isOf(view)) {
          lines.add(measure(server, others, view, reading, tries));
        }
      }
    }
    return lines;
  }

  private Line measure(
      ServerProcess server, PacedAppends others, String view, Reading reading, int tries)
      throws IOException, InterruptedException {
    ReadBack.Outcome outcome =
        readBack.measure(
            new ViewSubject(server.http(), view, reading), reading != Reading.VISIBLE, tries);
    return new Line(others.rate(), view, reading, outcome);
  }

  /** Each try is a session of its own: nothing but the append's token helps the read. */
  private static final class ViewSubject implements ReadBack.Subject {
    private final URI node;
    private final String view;
    private final Reading reading;
    private TidemarkClient writer;
    private TidemarkClient reader;

    ViewSubject(URI node, String view, Reading reading) {
      this.node = node;
      this.view = view;
      this.reading = reading;
      this.writer = TidemarkClient.of(node);
      this.reader = TidemarkClient.of(node);
    }

    @Override
    public void append(String name, long number) {
      writer = TidemarkClient.of(node);
      reader = TidemarkClient.of(node);
      writer.append(LOG, name, Map.of("name", name, "number", number));
    }

    @Override
    public boolean shows(String name, long number) {
      return switch (reading) {
        case SESSION -> shows(writer.get(ConsistencyLevel.SESSION, view, name), number);
        case STRONG -> shows(reader.get(ConsistencyLevel.STRONG, view, name), number);
        case ORDERED ->
            shows(reader.withConfirmedOrder().get(ConsistencyLevel.STRONG, view, name), number);
        case VISIBLE -> shows(reader.get(ConsistencyLevel.EVENTUAL, view, name), number);
        case TOGETHER -> {
          try {
            yield together(name).stream().allMatch(rows -> shows(rows.rows().get(0).row(), number));
          } catch (TidemarkException e) {
            if (e.code() == ErrorCode.DEADLINE_EXCEEDED || e.code() == ErrorCode.NO_COMMON_CUT) {
              yield false;
            }
            throw e;
          }
        }
      };
    }

    private List<RowsResult> together(String name) {
      List<List<Object>> key = List.of(List.of(name));
      return writer
          .withReadTimeout(TOGETHER_WITHIN)
          .snapshot(List.of(ViewRead.keys(view, key), ViewRead.keys("beside", key)));
    }

    private static boolean shows(RowResult result, long number) {
      return shows(result.row(), number);
    }

    private static boolean shows(Optional<Map<String, @Nullable Object>> row, long number) {
      return row.map(
              columns ->
                  columns.get("newest") instanceof Number newest && newest.longValue() >= number)
          .orElse(false);
    }
  }

  private static void print(List<Line> lines) {
    System.out.println("| events/s | view | read | reflected | p50 ms | p99 ms | p99.9 ms |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
    for (Line line : lines) {
      System.out.printf(
          "| %,.0f | %s | %s | %,d of %,d | %.1f | %.1f | %.1f |%n",
          line.rate(),
          line.view(),
          line.reading().title,
          line.outcome().reflected(),
          line.outcome().tries(),
          millis(line.outcome().micros(), 50),
          millis(line.outcome().micros(), 99),
          millis(line.outcome().micros(), 99.9));
    }
  }

  private static double millis(Histogram micros, double percentile) {
    return micros.getValueAtPercentile(percentile) / 1_000.0;
  }
}
