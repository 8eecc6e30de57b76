package io.tidemark.bench.peers;

import io.tidemark.bench.events.Readings;
import io.tidemark.bench.load.PacedAppends;
import io.tidemark.bench.load.ReadBack;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.log.LogAppender;
import io.tidemark.log.LogEvent;
import io.tidemark.log.LogStore;
import io.tidemark.schemas.SchemaRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** A peer that keeps the newest reading of each key, with appends to its log at a steady rate. */
final class FreshnessTrial implements Trial {
  private static final int LOAD_NAMES = 10_000;
  private static final String NOTE = Readings.note(0);

  private final AutoCloseable peer;
  private final SchemaRegistry registry;
  private final LogStore logs;
  private final Rows rows;
  private final int perSecond;
  private final FreshnessPace pace;

  /**
   * A peer that is up.
   *
   * @param peer is closed with the trial
   * @param server whose broker has the log
   * @param rows the address of a row, without its key and the parameters behind that
   */
  private FreshnessTrial(
      AutoCloseable peer, ServerProcess server, Rows rows, int perSecond, FreshnessPace pace) {
    this.peer = peer;
    this.registry = SchemaRegistry.connect(server.registry());
    this.logs = LogStore.connect(server.kafka(), registry);
    this.rows = rows;
    this.perSecond = perSecond;
    this.pace = pace;
  }

  static FreshnessTrial ofTidemark(Workplace place, int perSecond, FreshnessPace pace)
      throws IOException, InterruptedException {
    ServerProcess server = ServerProcess.start(place.home(), place.directory(), place.jvmOptions());
    try {
      ReadingsLog.create(server);
      NewestView.create(server, NewestView.SHARDS);
      return new FreshnessTrial(
          server,
          server,
          name -> server.http().resolve(NewestView.row(name) + "?consistency=eventual"),
          perSecond,
          pace);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  static FreshnessTrial ofStreams(Workplace place, int perSecond, FreshnessPace pace)
      throws IOException, InterruptedException {
    NewestStreams streams = NewestStreams.start(place);
    try {
      streams.awaitReady();
      return new FreshnessTrial(
          streams,
          streams.server(),
          name -> streams.http().resolve("/get/" + name),
          perSecond,
          pace);
    } catch (IOException | InterruptedException | RuntimeException e) {
      streams.close();
      throw e;
    }
  }

  @Override
  public Map<Measure, Double> measure() throws IOException, InterruptedException {
    LogAppender appender = logs.appender();
    ReadBack readBack = new ReadBack();
    ReadBack.Subject subject = new BrokerAndRows(appender, rows);
    try (PacedAppends others = PacedAppends.start(load(appender), perSecond)) {
      readBack.measure(subject, false, pace.warmup());
      ReadBack.Outcome outcome = readBack.measure(subject, false, pace.tries());
      return FreshnessExperiment.figures(outcome.micros(), others.rate());
    }
  }

  private static PacedAppends.Sink load(LogAppender appender) {
    return (first, count) ->
        appender
            .append(
                LongStream.range(first, first + count)
                    .mapToObj(number -> event("load-" + number % LOAD_NAMES, number))
                    .toList())
            .join();
  }

  private static LogEvent event(String name, long number) {
    return new LogEvent(Readings.LOG, name, Readings.event(name, number, NOTE));
  }

  /** Where the row of a name is. */
  private interface Rows {
    URI of(String name);
  }

  /** Appends to the broker, and reads over HTTP: the same for all peers, but for the address. */
  private static final class BrokerAndRows implements ReadBack.Subject {
    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final LogAppender appender;
    private final Rows rows;
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    BrokerAndRows(LogAppender appender, Rows rows) {
      this.appender = appender;
      this.rows = rows;
    }

    @Override
    public void append(String name, long number) {
      appender.append(event(name, number)).join();
    }

    @Override
    public boolean shows(String name, long number) throws IOException, InterruptedException {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(rows.of(name)).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200 && response.statusCode() != 404) {
        throw new IOException("status %d: %s".formatted(response.statusCode(), response.body()));
      }
      Matcher found = NUMBER.matcher(response.body());
      return found.find() && Long.parseLong(found.group(1)) >= number;
    }
  }

  @Override
  public void close() throws Exception {
    logs.close();
    registry.close();
    peer.close();
  }
}
