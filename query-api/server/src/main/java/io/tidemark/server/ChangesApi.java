package io.tidemark.server;

import io.tidemark.log.Token;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Streams of changes: finds the state that each begins at. */
final class ChangesApi {
  private static final String TOKEN = "token:";

  private final Views views;
  private final Promises promises;
  private final Waits waits;
  private final Streams streams;
  private final String clusterId;
  private final Executor workers;

  ChangesApi(
      Views views,
      Promises promises,
      Waits waits,
      Streams streams,
      String clusterId,
      Executor workers) {
    this.views = views;
    this.promises = promises;
    this.waits = waits;
    this.streams = streams;
    this.clusterId = clusterId;
    this.workers = workers;
  }

  /** The changes of a view, until the reader goes. */
  CompletionStage<Reply> changes(Call call) {
    call.allowQuery("from", "prefix", "timeoutMs");
    ServedView view = views.served(call.variable("view"));
    byte[] prefix = Page.prefix(view, call.query().getOrDefault("prefix", ""));
    Page page = new Page(view, prefix, prefix, RowsApi.MAX_ROWS);
    From from = From.parse(call, clusterId);
    ReadOptions options = options(view, call, from);
    if (options.token() != null) {
      view.requireSameLogs(options.token());
    }
    ReadOptions anyState = options.withToken(Token.empty(clusterId));
    streams.enter();
    CompletableFuture<HeldView> begin;
    try {
      begin = from.token() == null ? now(page, options) : after(view, from.token(), from, options);
    } catch (RuntimeException e) {
      begin = CompletableFuture.failedFuture(e);
    }
    return begin
        .thenApply(
            state ->
                Reply.stream(
                    EventWriter.CONTENT_TYPE,
                    new ChangeStream(
                        page,
                        prefix,
                        from.begin(),
                        state,
                        anyState,
                        clusterId,
                        streams,
                        waits::failure)))
        .whenComplete(
            (reply, failed) -> {
              if (failed != null) {
                streams.leave();
              }
            });
  }

  /**
   * Where a stream begins.
   *
   * @param token of the state that its reader knows; {@code null} for what is visible now
   * @param exactly whether the reader has all rows of that very state: it is the id of a progress
   */
  private record From(ChangeStream.Begin begin, @Nullable Token token, boolean exactly) {
    static From parse(Call call, String clusterId) {
      String last = call.lastEventId();
      if (last != null && !last.isEmpty()) {
        return new From(ChangeStream.Begin.RESUMED, Token.parse(last, clusterId), true);
      }
      String text = call.query().getOrDefault("from", "now");
      if (text.startsWith(TOKEN)) {
        Token token = Token.parse(text.substring(TOKEN.length()), clusterId);
        return new From(ChangeStream.Begin.RESUMED, token, false);
      }
      return switch (text) {
        case "now" -> new From(ChangeStream.Begin.NOW, null, false);
        case "start" -> new From(ChangeStream.Begin.START, null, false);
        default ->
            throw Problem.invalid(
                "from must be now, start, or token:<a token>, got '%s'".formatted(text));
      };
    }
  }

  private ReadOptions options(ServedView view, Call call, From from) {
    Token session = call.token(clusterId);
    Token token = from.token() == null ? session : from.token();
    if (from.token() != null && !from.exactly() && session != null) {
      throw Problem.invalid(
          "from names the token to begin at: leave out the header " + Call.TOKEN_HEADER);
    }
    Level level =
        view.definition().getExact()
            ? Level.SNAPSHOT
            : token == null ? Level.EVENTUAL : Level.SESSION;
    return new ReadOptions(
        level, token, 0, Set.of(), call.timeoutMs(), null, null, call.arrivedNs());
  }

  /** What is visible and covers the session; of an exact view the next cut, if there is none. */
  private CompletableFuture<HeldView> now(Page page, ReadOptions options) {
    return promises
        .await(List.of(page), options)
        .thenComposeAsync(
            met -> {
              HeldView now = HeldView.now(page, options);
              if (now != null) {
                return CompletableFuture.completedFuture(now);
              }
              if (options.remainingMs() == 0) {
                throw Reader.noCommonCut(List.of(page), options);
              }
              return promises.pause().thenCompose(over -> now(page, options));
            },
            workers);
  }

  /** The state that the token's reader knows, or an older one: never a newer one. */
  private CompletableFuture<HeldView> after(
      ServedView view, Token token, From from, ReadOptions options) {
    requireVersion(view, token);
    return waits
        .await(view, view.shards(), shard -> known(view, shard, token, from), options)
        .thenApplyAsync(
            met -> HeldView.of(view, shard -> hold(shard, known(view, shard, token, from), from)),
            workers);
  }

  /**
   * What the token's reader knows of a shard: what the shard showed at an offset of its changelog,
   * if the token has one, whatever else is in it. Else no more than the token's positions say.
   */
  private static Requirement known(ServedView view, Shard shard, Token token, From from) {
    Requirement all = Requirement.ofToken(view, shard, token);
    return from.exactly() || all.changelogOffset() > 0
        ? new Requirement(Requirement.NONE.position(), all.changelogOffset(), false)
        : all;
  }

  private static Shard.Pinned hold(Shard shard, Requirement known, From from) {
    try {
      return from.exactly() || known.changelogOffset() > 0
          ? shard.pinNewest(known.changelogOffset())
          : shard.pinOldest(known);
    } catch (TidemarkException e) {
      throw e.code() != ErrorCode.AS_OF_GONE
          ? e
          : new TidemarkException(
              ErrorCode.CHANGES_GONE,
              "what has changed since the token is not kept any longer, begin with from=start: "
                  + e.getMessage(),
              e);
    }
  }

  /** Rows of another version say nothing about this one's. */
  private static void requireVersion(ServedView view, Token token) {
    String current = view.definition().getChangelog();
    boolean[] named = {false, false};
    token
        .position()
        .forEach(
            (topic, shard, offset) -> {
              named[0] |= topic.equals(current);
              named[1] |= Shards.isChangelog(topic) && Shards.viewOf(topic).equals(view.name());
            });
    if (named[1] && !named[0]) {
      throw new TidemarkException(
          ErrorCode.CHANGES_GONE,
          "view %s has been dropped and created again since the token, begin with from=start"
              .formatted(view.name()));
    }
  }
}
