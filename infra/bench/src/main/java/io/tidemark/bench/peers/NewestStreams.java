package io.tidemark.bench.peers;

import io.tidemark.bench.run.ServerProcess;
import io.tidemark.bench.streams.StreamsProcess;
import io.tidemark.bench.streams.WorkTopology;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Kafka Streams with the newest reading of each key in its store, and the server whose broker it
 * uses and which does nothing else.
 */
final class NewestStreams implements AutoCloseable {
  private static final Duration COMPLETE = Duration.ofMinutes(30);
  private static final Duration READY = Duration.ofMinutes(2);
  private static final int POLL_MS = 100;

  private final ServerProcess server;
  private final StreamsProcess streams;

  private NewestStreams(ServerProcess server, StreamsProcess streams) {
    this.server = server;
    this.streams = streams;
  }

  /** Starts both, with an empty log. */
  static NewestStreams start(Workplace place) throws IOException, InterruptedException {
    ServerProcess server = ServerProcess.start(place.home(), place.directory(), List.of());
    try {
      ReadingsLog.create(server);
      return new NewestStreams(
          server,
          StreamsProcess.start(
              new StreamsProcess.Config(
                  WorkTopology.NEWEST,
                  server.kafka(),
                  place.directory(),
                  ReadingsLog.PARTITIONS,
                  false,
                  true,
                  place.jvmOptions())));
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Appends the reading of each of so many keys, and waits until the store has all rows. */
  void fill(long keys) throws IOException, InterruptedException {
    ReadingsLog.append(server, keys);
    long beganNs = System.nanoTime();
    // All rows are read only when there is a chance that they are complete.
    while (streams.progress().processed() < keys || rows() < keys) {
      if (System.nanoTime() - beganNs > COMPLETE.toNanos()) {
        throw new IOException("Kafka Streams is not complete: " + streams.progress());
      }
      Thread.sleep(POLL_MS);
    }
  }

  private long rows() throws IOException, InterruptedException {
    return streams.totals().map(StreamsProcess.Totals::rows).orElse(0L);
  }

  /** The server whose broker has the log. */
  ServerProcess server() {
    return server;
  }

  /** Where interactive queries are served. */
  URI http() {
    return streams.http();
  }

  /** Waits until all partitions of the store are there. */
  void awaitReady() throws IOException, InterruptedException {
    long beganNs = System.nanoTime();
    while (streams.totals().isEmpty()) {
      if (System.nanoTime() - beganNs > READY.toNanos()) {
        throw new IOException("Kafka Streams is not ready: " + streams.progress());
      }
      Thread.sleep(POLL_MS);
    }
  }

  @Override
  public void close() {
    streams.close();
    server.close();
  }
}
