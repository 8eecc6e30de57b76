package io.tidemark.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.bench.events.LogFill;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.Row;
import io.tidemark.client.TidemarkClient;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A view of a piece of work, on a standalone server whose logs are full. For one thread. */
final class TidemarkView {
  /** The name of a view that is alone on its server. */
  static final String VIEW = "work";

  private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int POLL_MS = 10;

  private final ViewWork work;
  private final String name;
  private final String options;
  private final TidemarkClient client;

  private TidemarkView(ViewWork work, String name, String options, TidemarkClient client) {
    this.work = work;
    this.name = name;
    this.options = options;
    this.client = client;
  }

  /** A view that is not there yet. */
  static TidemarkView on(ServerProcess server, ViewWork work, String name) {
    return new TidemarkView(
        work, name, "", TidemarkClient.of(server.http()).withReadTimeout(READ_TIMEOUT));
  }

  /** The same, but the state of its job is on disk: that of millions of keys fills the heap. */
  TidemarkView withStateOnDisk() {
    return new TidemarkView(work, name, "WITH ('state-backend' = 'rocksdb')", client);
  }

  /** Starts a server and fills the logs of the work. */
  static ServerProcess startFilled(ViewWork work, Workplace place, List<String> jvmOptions)
      throws IOException, InterruptedException {
    ServerProcess server = ServerProcess.start(place.home(), place.directory(), jvmOptions);
    try {
      fill(server, work);
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Creates and fills the logs of the work. */
  static void fill(ServerProcess server, ViewWork work) throws IOException, InterruptedException {
    try (LogFill logs = LogFill.connect(server.kafka(), server.registry())) {
      work.fill(TidemarkClient.of(server.http()), logs);
    }
  }

  /** Creates the view and returns when it is complete. */
  Completion materialize() throws IOException, InterruptedException {
    long beganNs = System.nanoTime();
    // Creating a view returns when its job runs; there may be progress before that.
    CompletableFuture<First> seen = CompletableFuture.supplyAsync(() -> awaitFirst(beganNs));
    client.createView(
        name,
        "CREATE MATERIALIZED VIEW %s %s %s AS %s".formatted(name, work.key(), options, work.sql()));
    awaitComplete(beganNs);
    long completeNs = System.nanoTime() - beganNs;
    try {
      First first = seen.join();
      return new Completion(Math.min(first.afterNs(), completeNs), first.reflected(), completeNs);
    } catch (CompletionException e) {
      throw new IOException("the view's progress could not be read: " + e.getCause(), e);
    }
  }

  private record First(long afterNs, long reflected) {}

  private First awaitFirst(long beganNs) {
    while (System.nanoTime() - beganNs < LIMIT.toNanos()) {
      long reflected = reflected();
      if (reflected > 0) {
        return new First(System.nanoTime() - beganNs, reflected);
      }
      try {
        Thread.sleep(POLL_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CompletionException(e);
      }
    }
    throw new IllegalStateException("no progress within " + LIMIT);
  }

  private long reflected() {
    try {
      long sum = 0;
      for (JsonNode log : client.view(name).path("frontier")) {
        for (JsonNode offset : log) {
          sum += offset.asLong();
        }
      }
      return sum;
    } catch (TidemarkException e) {
      if (e.code() == ErrorCode.UNKNOWN_VIEW) {
        return 0;
      }
      throw e;
    }
  }

  /** A strong read of all shards: it answers when all that is in the logs is reflected. */
  private void awaitComplete(long beganNs) throws IOException {
    while (true) {
      try {
        client.page(ConsistencyLevel.STRONG, name, List.of(), 1, null);
        return;
      } catch (TidemarkException e) {
        if (!e.code().isTooEarly()) {
          throw e;
        }
        if (System.nanoTime() - beganNs > LIMIT.toNanos()) {
          throw new IOException("the view is not complete after " + LIMIT, e);
        }
      }
    }
  }

  /** Reads all rows, and throws when they do not add up. */
  void verify() throws IOException {
    ViewWork.Totals expected = work.expected();
    long rows = 0;
    Map<String, Long> sums = new HashMap<>();
    for (Row row : client.scan(ConsistencyLevel.EVENTUAL, name)) {
      rows++;
      Map<String, @Nullable Object> columns = row.row().orElseThrow();
      for (String column : expected.sums().keySet()) {
        if (columns.get(column) instanceof Number number) {
          sums.merge(column, number.longValue(), Long::sum);
        }
      }
    }
    ViewWork.Totals found = new ViewWork.Totals(rows, sums);
    if (!found.equals(expected)) {
      throw new IOException("the view is %s, expected %s".formatted(found, expected));
    }
  }
}
