package io.tidemark.bench.peers;

import io.tidemark.bench.events.Readings;
import io.tidemark.bench.load.Load;
import io.tidemark.bench.load.RedisBenchmark;
import io.tidemark.bench.run.ChildProcess;
import io.tidemark.broker.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Redis with the rows as JSON, read by redis-benchmark. */
final class RedisReads implements Trial {
  private static final Pattern UP = Pattern.compile("Ready to accept connections");
  private static final Duration START = Duration.ofSeconds(30);
  private static final long FIRST_REQUESTS = 20_000;

  private final ChildProcess process;
  private final int port;
  private final Path directory;
  private final long keys;
  private final ReadPace pace;
  private final RandomGenerator random = new SplittableRandom(29);

  private RedisReads(ChildProcess process, int port, Path directory, long keys, ReadPace pace) {
    this.process = process;
    this.port = port;
    this.directory = directory;
    this.keys = keys;
    this.pace = pace;
  }

  static RedisReads prepare(Workplace place, long keys, ReadPace pace)
      throws IOException, InterruptedException {
    int port = FreePorts.find(1).get(0);
    ChildProcess process =
        ChildProcess.start(
            List.of(
                Program.REDIS_SERVER.command(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                place.directory().toString()),
            place.directory().resolve("redis.out"));
    try {
      process.await(UP, START);
      try (RedisLink link = new RedisLink(port)) {
        link.setAll(keys, RedisBenchmark::key, Readings::row);
      }
      return new RedisReads(process, port, place.directory(), keys, pace);
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  @Override
  public Map<Measure, Double> measure() throws IOException, InterruptedException {
    Map<Measure, Double> figures = new HashMap<>();
    for (int connections : pace.connections()) {
      checkSome();
      // It is told a number of requests and not a time, so a first run tells how many that are.
      Load first = run(connections, FIRST_REQUESTS);
      Load warm = run(connections, requests(first, pace.warmup()));
      figures.putAll(
          ReadMeasures.of(
              ReadKind.POINT, connections, run(connections, requests(warm, pace.counted()))));
      checkSome();
    }
    return figures;
  }

  private Load run(int connections, long requests) throws IOException, InterruptedException {
    return RedisBenchmark.run(directory, port, keys, connections, requests).requireGood();
  }

  private static long requests(Load before, Duration duration) {
    return (long) (before.perSecond() * duration.toMillis() / 1_000) + 1;
  }

  private void checkSome() throws IOException {
    try (RedisLink link = new RedisLink(port)) {
      for (int i = 0; i < pace.checked(); i++) {
        long number = random.nextLong(keys);
        String value = link.get(RedisBenchmark.key(number));
        if (!Readings.row(number).equals(value)) {
          throw new IllegalStateException(
              "%s is %s instead of %s"
                  .formatted(RedisBenchmark.key(number), value, Readings.row(number)));
        }
      }
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
