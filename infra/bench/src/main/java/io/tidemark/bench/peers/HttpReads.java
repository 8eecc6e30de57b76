package io.tidemark.bench.peers;

import io.tidemark.bench.load.KeyedRequest;
import io.tidemark.bench.load.Load;
import io.tidemark.bench.load.Wrk;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Reads by wrk from one server. Its own answers wrk only counts, and any status but success fails
 * the run; so beside it the very same requests are sent by a client that looks at what comes back.
 */
final class HttpReads {
  private final Path directory;
  private final URI server;
  private final Map<ReadKind, KeyedRequest> requests;
  private final Consumer<KeyedRequest.Answer> check;
  private final long keys;
  private final ReadPace pace;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final RandomGenerator random = new SplittableRandom(23);

  /**
   * Reads of one server.
   *
   * @param directory for what wrk takes and prints
   * @param check throws when an answer is not right
   * @param keys how many there are
   */
  HttpReads(
      Path directory,
      URI server,
      Map<ReadKind, KeyedRequest> requests,
      Consumer<KeyedRequest.Answer> check,
      long keys,
      ReadPace pace) {
    this.directory = directory;
    this.server = server;
    this.requests = Map.copyOf(requests);
    this.check = check;
    this.keys = keys;
    this.pace = pace;
  }

  /** Reads without counting, until the server can be taken to have compiled what it does. */
  void warmUp() throws IOException, InterruptedException {
    for (ReadKind kind : ReadKind.values()) {
      KeyedRequest request = requests.get(kind);
      if (request != null) {
        checkSome(request);
        load(request, pace.mostConnections(), pace.first());
      }
    }
  }

  /**
   * Measures each kind of read over each number of connections: those that are put beside each
   * other right after each other, since a machine is quicker in one minute than in another.
   */
  Map<Measure, Double> measure() throws IOException, InterruptedException {
    Map<Measure, Double> figures = new HashMap<>();
    for (int connections : pace.connections()) {
      for (ReadKind kind : ReadKind.values()) {
        KeyedRequest request = requests.get(kind);
        if (request == null) {
          continue;
        }
        checkSome(request);
        load(request, connections, pace.warmup());
        figures.putAll(
            ReadMeasures.of(kind, connections, load(request, connections, pace.counted())));
        checkSome(request);
      }
    }
    return figures;
  }

  private Load load(KeyedRequest request, int connections, Duration duration)
      throws IOException, InterruptedException {
    return Wrk.run(directory, server, request, keys, connections, duration).requireGood();
  }

  /** The answer to one read, which has been looked at. */
  KeyedRequest.Answer readOne(ReadKind kind) throws IOException, InterruptedException {
    KeyedRequest.Answer answer =
        Objects.requireNonNull(requests.get(kind)).send(client, server, random, keys);
    check.accept(answer);
    return answer;
  }

  private void checkSome(KeyedRequest request) throws IOException, InterruptedException {
    for (int i = 0; i < pace.checked(); i++) {
      check.accept(request.send(client, server, random, keys));
    }
  }
}
