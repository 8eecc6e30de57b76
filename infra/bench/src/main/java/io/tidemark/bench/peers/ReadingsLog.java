package io.tidemark.bench.peers;

import io.tidemark.bench.events.LogFill;
import io.tidemark.bench.events.Readings;
import io.tidemark.bench.load.KeyedRequest;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.client.TidemarkClient;
import java.io.IOException;

/** The log of readings on a server's broker, which a view and a peer read alike. */
final class ReadingsLog {
  static final int PARTITIONS = 4;

  private ReadingsLog() {}

  /** Makes the log. */
  static void create(ServerProcess server) {
    TidemarkClient.of(server.http())
        .createLog(Readings.LOG, Readings.SCHEMA.toString(), PARTITIONS);
  }

  /** Makes the log, and appends the reading of each of so many keys. */
  static void fill(ServerProcess server, long keys) throws IOException, InterruptedException {
    create(server);
    append(server, keys);
  }

  /** Appends the reading of each of so many keys. */
  static void append(ServerProcess server, long keys) throws IOException, InterruptedException {
    try (LogFill logs = LogFill.connect(server.kafka(), server.registry())) {
      logs.fill(Readings.LOG, Readings.SCHEMA, keys, KeyedRequest::key, Readings::event);
    }
  }

  /** Says what is wrong with an answer that should hold the rows of the keys, as JSON. */
  static void requireRows(KeyedRequest.Answer answer) {
    if (answer.status() != 200) {
      throw new IllegalStateException("status %d: %s".formatted(answer.status(), answer.body()));
    }
    for (long number : answer.keys()) {
      if (!answer.body().contains(Readings.row(number))) {
        throw new IllegalStateException(
            "the row %s is not in the answer %s".formatted(Readings.row(number), answer.body()));
      }
    }
  }
}
