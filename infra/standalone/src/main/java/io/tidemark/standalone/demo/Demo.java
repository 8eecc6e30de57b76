package io.tidemark.standalone.demo;

import io.tidemark.log.LogSpec;
import io.tidemark.log.LogStore;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.standalone.DataDirectory;
import io.tidemark.standalone.http.ServerApi;
import io.tidemark.standalone.terminal.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Fills a running server with the demo's logs and views, and shows what reads give. Everything is
 * done through what any user has: the log store's appender and the HTTP API. May be run again after
 * an end at any moment: it then does what is missing. Not thread-safe.
 */
public final class Demo {
  private static final String MARKER = "demo.loaded";
  private static final Duration COMPLETION = Duration.ofMinutes(10);

  private final LogStore logs;
  private final DataDirectory data;
  private final ServerApi api;
  private final PrintWriter out;

  /** The demo on that server, which is yet to be run. */
  public Demo(LogStore logs, DataDirectory data, URI http, PrintWriter out) {
    this.logs = logs;
    this.data = data;
    this.api = new ServerApi(http);
    this.out = out;
  }

  /** Returns when all events are in the logs and every view reflects all of them. */
  public void run() throws IOException, InterruptedException {
    for (DemoLog log : DemoLog.ALL) {
      logs.create(new LogSpec(log.name(), log.schema(), log.partitions(), 1));
    }
    // Planning the first query takes as long as the load: so they go side by side.
    DemoViews views = DemoViews.request(api);
    if (!data.isMarked(MARKER)) {
      for (DemoLog log : DemoLog.ALL) {
        load(log);
      }
      data.mark(MARKER, "all events of " + DemoLog.ALL.stream().map(DemoLog::name).toList());
    }
    views.await().forEach(out::println);
    awaitViews();
  }

  private void load(DemoLog log) throws IOException, InterruptedException {
    Schema schema = log.schema();
    int id = logs.registry().register(SchemaRegistry.valueSubject(log.name()), schema);
    PresentEvents present = PresentEvents.in(logs.clientConfig(), log.name(), id);
    try (CsvEvents events = log.open();
        Progress progress = Progress.of(log.name(), "events", log.events(), out)) {
      new LogLoad(logs.appender(), present::take, progress::add).run(events);
    }
  }

  private void awaitViews() throws InterruptedException {
    long beganNs = System.nanoTime();
    for (String view : DemoViews.NAMES) {
      awaitView(view);
    }
    say("all views reflect all events, by strong reads (waited %.1f s)", secondsSince(beganNs));
  }

  /** A strong read of a whole view waits for all of its shards. */
  private void awaitView(String view) throws InterruptedException {
    long deadlineNs = System.nanoTime() + COMPLETION.toNanos();
    while (true) {
      try {
        api.get(
            ServerApi.path("/v1/views", List.of(view)) + "/rows",
            Map.of("consistency", "strong", "limit", "1", "timeoutMs", "30000"),
            null);
        return;
      } catch (TidemarkException e) {
        if (!e.code().isTooEarly() || System.nanoTime() > deadlineNs) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  private void say(String format, Object... arguments) {
    out.printf(format + "%n", arguments);
    out.flush();
  }

  private static double secondsSince(long beganNs) {
    return (System.nanoTime() - beganNs) / 1e9;
  }

  /** Reads one row at each level and tells what the reads achieved. */
  public void showAnswers() {
    Answers answers = new Answers(api);
    answers.ask("departures_by_origin", "ORD");
    answers.ask("departures_by_state", "CA");
    out.println();
    answers.table().print(out, "  ");
  }
}
