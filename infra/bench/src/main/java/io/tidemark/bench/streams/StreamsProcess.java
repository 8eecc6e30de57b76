package io.tidemark.bench.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.bench.run.ChildProcess;
import io.tidemark.bench.run.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Kafka Streams application in a process of its own; what it serves is told at {@link
 * StreamsHttp}. Its local state stays where it is. For one thread.
 */
public final class StreamsProcess implements AutoCloseable {
  static final String UP = "streams: up: HTTP ";

  private static final Pattern ADDRESS = Pattern.compile(UP + "(http://\\S+)");
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /**
   * What to run.
   *
   * @param directory for its state and what it prints
   * @param partitions of the logs that it reads
   * @param startNow whether to begin the work at once, not only at {@link #begin}
   * @param jvmOptions beside those that it always has
   */
  public record Config(
      WorkTopology work,
      String bootstrapServers,
      Path directory,
      int partitions,
      boolean exactlyOnce,
      boolean startNow,
      List<String> jvmOptions) {
    /** What Kafka knows it by, and its group. */
    public String application() {
      return application(work);
    }

    static String application(WorkTopology work) {
      return "bench-" + work.name().toLowerCase(Locale.ROOT);
    }

    /** The same, of a process that begins at once. */
    public Config startingNow() {
      return new Config(
          work, bootstrapServers, directory, partitions, exactlyOnce, true, jvmOptions);
    }

    /** The same with more options of the JVM. */
    public Config with(List<String> options) {
      return new Config(
          work,
          bootstrapServers,
          directory,
          partitions,
          exactlyOnce,
          startNow,
          Stream.concat(jvmOptions.stream(), options.stream()).toList());
    }

    /** Where the local state is. */
    public Path state() {
      return directory.resolve("streams-state");
    }
  }

  /**
   * How far the work is.
   *
   * @param state as Streams names it
   * @param processed events that have got to the aggregate
   */
  public record Progress(String state, long processed) {}

  /**
   * What all rows add up to.
   *
   * @param sums by name, of each column that is a whole number
   */
  public record Totals(long rows, Map<String, Long> sums) {}

  private final ObjectMapper mapper = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();
  private final ChildProcess process;
  private final URI http;

  private StreamsProcess(ChildProcess process, URI http) {
    this.process = process;
    this.http = http;
  }

  /** Starts it; returns when HTTP is served. */
  public static StreamsProcess start(Config config) throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(List.of(ServerProcess.NODE_HEAP));
    options.addAll(config.jvmOptions());
    ChildProcess process =
        ChildProcess.start(
            ChildProcess.java(
                options,
                StreamsApp.class,
                List.of(
                    config.work().name(),
                    config.bootstrapServers(),
                    config.state().toString(),
                    Integer.toString(config.partitions()),
                    Boolean.toString(config.exactlyOnce()),
                    Boolean.toString(config.startNow()))),
            config.directory().resolve("streams.out"));
    try {
      return new StreamsProcess(process, URI.create(process.await(ADDRESS, START).group(1)));
    } catch (IOException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  /** Begins the work, if it has not begun. */
  public void begin() throws IOException, InterruptedException {
    send(HttpRequest.newBuilder(http.resolve("/start")).POST(BodyPublishers.noBody()));
  }

  /** Where HTTP is served. */
  public URI http() {
    return http;
  }

  /** For its number, and to kill it. */
  public ChildProcess process() {
    return process;
  }

  /** How far it is. */
  public Progress progress() throws IOException, InterruptedException {
    JsonNode body = ask("/progress").orElseThrow(() -> new IOException("no progress"));
    return new Progress(body.path("state").asText(), body.path("processed").asLong());
  }

  /** Reads all rows; empty while a partition of the store is not there. */
  public Optional<Totals> totals() throws IOException, InterruptedException {
    return ask("/stats")
        .map(
            body -> {
              Map<String, Long> sums = new HashMap<>();
              body.path("sums")
                  .fields()
                  .forEachRemaining(sum -> sums.put(sum.getKey(), sum.getValue().asLong()));
              return new Totals(body.path("rows").asLong(), sums);
            });
  }

  /**
   * The rows of some keys in that order, {@code null} for one without; empty while a partition of
   * the store is not there.
   */
  public Optional<JsonNode> rows(List<String> keys) throws IOException, InterruptedException {
    byte[] body = mapper.writeValueAsBytes(keys);
    return json(send(
            HttpRequest.newBuilder(http.resolve("/batch")).POST(BodyPublishers.ofByteArray(body))))
        .map(answer -> answer.path("rows"));
  }

  private Optional<JsonNode> ask(String path) throws IOException, InterruptedException {
    return json(send(HttpRequest.newBuilder(http.resolve(path))));
  }

  private Optional<JsonNode> json(HttpResponse<byte[]> response) throws IOException {
    return response.statusCode() == 200
        ? Optional.of(mapper.readTree(response.body()))
        : Optional.empty();
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        client.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofByteArray());
    int status = response.statusCode();
    if (status != 200 && status != 404 && status != 503) {
      throw new IOException("%s answered %d".formatted(response.uri(), status));
    }
    return response;
  }

  /** Stops it; returns when it is gone. */
  @Override
  public void close() {
    process.close();
  }
}
