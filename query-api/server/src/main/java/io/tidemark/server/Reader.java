package io.tidemark.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Waits until the level of a request can be kept, reads, makes sure that it was kept, and replies.
 * Thread-safe.
 */
final class Reader {
  private static final Set<ErrorCode> LATE =
      EnumSet.of(
          ErrorCode.DEADLINE_EXCEEDED, ErrorCode.LOG_UNAVAILABLE, ErrorCode.EPOCH_NOT_CONFIRMED);

  /** Where whatever was waited for has ended; where nothing was, the caller's thread. */
  private static final Executor HERE = Runnable::run;

  /** Most replies with one row fit into that. */
  private static final int REPLY_BYTES = 1 << 10;

  private final Promises promises;
  private final String clusterId;
  private final Executor workers;

  Reader(Promises promises, String clusterId, Executor workers) {
    this.promises = promises;
    this.clusterId = clusterId;
    this.workers = workers;
  }

  /** How the rows of the selections stand in the reply. */
  private interface Shape {
    void write(JsonGenerator json, List<Selection.Body> bodies) throws IOException;
  }

  /** Reads rows of one view. */
  CompletableFuture<Reply> serve(Selection selection, ReadOptions options) {
    Shape shape =
        (json, bodies) -> {
          json.writeStringField("view", selection.view().name());
          bodies.get(0).write(json);
        };
    // One row takes microseconds: where nothing has to be waited for, the event loop reads it. An
    // earlier state is searched for first, in parts of the store that may not be in memory.
    boolean quick = selection instanceof OneRow && options.asOf() == null;
    Executor executor = quick ? HERE : workers;
    return serve(List.of(selection), options, shape, executor);
  }

  /** Reads rows of several views. */
  CompletableFuture<Reply> serveAll(List<Selection> selections, ReadOptions options) {
    Shape shape =
        (json, bodies) -> {
          json.writeArrayFieldStart("reads");
          for (int i = 0; i < selections.size(); i++) {
            json.writeStartObject();
            json.writeStringField("view", selections.get(i).view().name());
            json.writeNumberField("viewVersion", selections.get(i).view().version());
            bodies.get(i).write(json);
            json.writeEndObject();
          }
          json.writeEndArray();
        };
    return serve(selections, options, shape, workers);
  }

  private CompletableFuture<Reply> serve(
      List<Selection> selections, ReadOptions options, Shape shape, Executor executor) {
    if (options.confirms(Confirmation.ORDER)) {
      return serve(selections, options, shape, executor, RowOrder.beforeLookUp(selections));
    }
    return await(
        selections,
        options,
        executor,
        () ->
            options.level() == Level.SNAPSHOT
                ? readCut(selections, options, shape)
                : readNow(selections, options, shape));
  }

  private CompletableFuture<Reply> serve(
      List<Selection> selections,
      ReadOptions options,
      Shape shape,
      Executor executor,
      RowOrder order) {
    return await(
        selections, options, executor, () -> readInOrder(selections, options, shape, order));
  }

  private CompletableFuture<Reply> await(
      List<Selection> selections,
      ReadOptions options,
      Executor executor,
      Supplier<CompletableFuture<Reply>> read) {
    CompletableFuture<Void> kept = promises.await(selections, options);
    if (executor == HERE && kept.isDone() && !kept.isCompletedExceptionally()) {
      return read.get();
    }
    return kept.thenComposeAsync(
        met -> {
          // A log may have been made anew during the wait.
          Promises.requireCurrentLogs(selections, options);
          return read.get();
        },
        executor);
  }

  private CompletableFuture<Reply> readNow(
      List<Selection> selections, ReadOptions options, Shape shape) {
    Achieved achieved = new Achieved(options, clusterId);
    List<Selection.Body> bodies = read(selections, achieved);
    // The rows have grown older while they were read, or while a thread was awaited. If too old
    // they are read again, on a worker so that the stack does not grow.
    return achieved.isFreshEnough()
        ? CompletableFuture.completedFuture(reply(achieved, bodies, shape))
        : serve(selections, options, shape, workers);
  }

  private CompletableFuture<Reply> readInOrder(
      List<Selection> selections, ReadOptions options, Shape shape, RowOrder order) {
    Achieved achieved = new Achieved(options, clusterId, order);
    List<Selection.Body> bodies = read(selections, achieved);
    if (order.isKept()) {
      achieved.isFreshEnough();
      return CompletableFuture.completedFuture(reply(achieved, bodies, shape));
    }
    if (options.remainingMs() == 0) {
      throw order.late(options);
    }
    return serve(selections, options, shape, workers, order.again(selections))
        .exceptionallyCompose(
            error ->
                CompletableFuture.failedFuture(
                    isLate(error, options) ? order.late(options) : error));
  }

  /** Whether it was only the end of the request's time that ended another try. */
  private static boolean isLate(Throwable error, ReadOptions options) {
    return options.remainingMs() == 0
        && Problem.cause(error) instanceof TidemarkException known
        && LATE.contains(known.code());
  }

  private CompletableFuture<Reply> readCut(
      List<Selection> selections, ReadOptions options, Shape shape) {
    try (Cut cut = Cut.pin(selections, options)) {
      if (cut != null) {
        Achieved achieved = new Achieved(options, clusterId, cut);
        List<Selection.Body> bodies = read(selections, achieved);
        achieved.isFreshEnough();
        return CompletableFuture.completedFuture(reply(achieved, bodies, shape));
      }
    }
    Cut.requireNotPassed(selections, options);
    if (options.remainingMs() == 0) {
      throw noCommonCut(selections, options);
    }
    // A shard has moved on between the wait and the look: they are likely to meet at the next cut.
    return promises.pause().thenCompose(over -> serve(selections, options, shape, workers));
  }

  static TidemarkException noCommonCut(List<Selection> selections, ReadOptions options) {
    return new TidemarkException(
        ErrorCode.NO_COMMON_CUT,
        "within %d ms the views did not stand at one cut: %s"
            .formatted(
                options.timeoutMs(),
                selections.stream()
                    .flatMap(
                        selection ->
                            selection.shards().stream()
                                .map(
                                    shard ->
                                        "%s/%d at %s"
                                            .formatted(
                                                selection.view().name(),
                                                shard.number(),
                                                shard.visible().frontier())))
                    .distinct()
                    .limit(8)
                    .collect(Collectors.joining(", "))));
  }

  private static List<Selection.Body> read(List<Selection> selections, Achieved achieved) {
    List<Selection.Body> bodies = new ArrayList<>(selections.size());
    for (Selection selection : selections) {
      bodies.add(selection.read(achieved));
    }
    return bodies;
  }

  private static Reply reply(Achieved achieved, List<Selection.Body> bodies, Shape shape) {
    ReadMember.Prepared read = achieved.prepared();
    byte[] body =
        read != null && bodies.get(0) instanceof OneRow.Found row
            ? row.reply(read, achieved.stalenessMs())
            : body(achieved, bodies, shape);
    return new Reply(200, Json.CONTENT_TYPE, body, achieved.token());
  }

  private static byte[] body(Achieved achieved, List<Selection.Body> bodies, Shape shape) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(REPLY_BYTES);
    try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      shape.write(json, bodies);
      achieved.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
