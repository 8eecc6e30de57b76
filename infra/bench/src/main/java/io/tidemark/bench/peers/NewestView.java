package io.tidemark.bench.peers;

import io.tidemark.bench.events.Readings;
import io.tidemark.bench.run.ServerProcess;
import io.tidemark.client.ConsistencyLevel;
import io.tidemark.client.TidemarkClient;
import io.tidemark.log.Token;
import io.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.util.List;

/** The view of the newest reading of each key. */
final class NewestView {
  static final String NAME = "newest";

  /** As many as a view has whose statement says nothing. */
  static final int SHARDS = 4;

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final Duration COMPLETE = Duration.ofMinutes(30);

  private NewestView() {}

  /** The path of a row. */
  static String row(String id) {
    return "/v1/views/" + NAME + "/rows/" + id;
  }

  /**
   * Creates the view, and waits until every shard reflects all that is in the log; returns the
   * token of that. Its job's state is on disk, as that of Kafka Streams.
   */
  static Token create(ServerProcess server, int shards) {
    TidemarkClient client = TidemarkClient.of(server.http()).withReadTimeout(LONGEST_WAIT);
    client.createView(
        NAME,
        "CREATE MATERIALIZED VIEW %s WITH ('state-backend' = 'rocksdb', 'shards' = '%d') AS %s"
            .formatted(NAME, shards, Readings.NEWEST));
    long beganNs = System.nanoTime();
    while (true) {
      try {
        // A page is of all shards.
        return Token.parse(
            client.page(ConsistencyLevel.STRONG, NAME, List.of(), 1, null).read().token());
      } catch (TidemarkException e) {
        if (!e.code().isTooEarly() || System.nanoTime() - beganNs > COMPLETE.toNanos()) {
          throw e;
        }
      }
    }
  }
}
