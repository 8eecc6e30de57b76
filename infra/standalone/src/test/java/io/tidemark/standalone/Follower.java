package io.tidemark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.client.ChangeBatch;
import io.tidemark.client.ChangeFeed;
import io.tidemark.client.TidemarkClient;
import io.tidemark.log.Token;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Applies the changes of a view with counts that only grow, over restarts of the server. */
final class Follower {
  private final String view;
  private final String count;
  private final Map<Object, Long> applied = new HashMap<>();
  private Map<Object, Long> shown = Map.of();
  private Optional<Token> last = Optional.empty();

  Follower(String view, String count) {
    this.view = view;
    this.count = count;
  }

  /**
   * Goes on behind the last progress until the counts have come to that; on a thread of its own.
   */
  CompletableFuture<Map<Object, Long>> follow(URI server, long total) {
    return CompletableFuture.supplyAsync(
        () -> {
          TidemarkClient client = TidemarkClient.of(server);
          try (ChangeFeed feed =
              last.map(token -> client.changesSince(token, view))
                  .orElseGet(() -> client.changesFromStart(view))) {
            while (sum(shown) < total) {
              apply(feed.next());
            }
            return shown;
          }
        });
  }

  private void apply(ChangeBatch batch) {
    if (batch.reset()) {
      applied.clear();
    }
    batch
        .rows()
        .forEach(
            row -> {
              Object key = row.key().toString();
              row.row()
                  .ifPresentOrElse(
                      now -> applied.put(key, ((Number) now.get(count)).longValue()),
                      () -> applied.remove(key));
            });
    batch
        .progress()
        .ifPresent(
            progress -> {
              shown.forEach(
                  (key, before) ->
                      assertThat(applied.get(key)).as("%s", key).isGreaterThanOrEqualTo(before));
              shown = Map.copyOf(applied);
              last = Optional.of(Token.parse(progress.token()));
            });
  }

  private static long sum(Map<Object, Long> counts) {
    return counts.values().stream().mapToLong(each -> each).sum();
  }
}
