package io.tidemark.standalone.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.tidemark.client.ChangeBatch;
import io.tidemark.client.ChangeFeed;
import io.tidemark.client.Row;
import io.tidemark.client.TidemarkClient;
import io.tidemark.log.Token;
import io.tidemark.standalone.http.ServerApi;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Follows the changes of a view. */
@Command(
    name = "changes",
    description = {
      "Follow the changes of a view until it is interrupted, a line for each:",
      "  row ROW         the row is this now",
      "  gone KEY        there is no such row any more",
      "  progress TOKEN  what was printed so far makes up the state that the token names",
      "  reset           nothing that was printed so far counts; all rows follow"
    })
final class ChangesCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;

  @Parameters(paramLabel = "VIEW", description = "The view.")
  private String view;

  @ArgGroup private @Nullable Begin begin;

  @Option(names = "--prefix", description = "Begin of the first key column.")
  private @Nullable String prefix;

  /** Where to begin, unless now. */
  static final class Begin {
    @Option(names = "--from-start", description = "Begin with all rows.")
    private boolean start;

    @Option(
        names = "--from",
        paramLabel = "TOKEN",
        description = "Begin behind a token: of a progress, a read or an append.")
    private @Nullable String token;
  }

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  ChangesCommand() {}

  @Override
  public void run() {
    try (ChangeFeed feed = feed(client.client())) {
      while (true) {
        print(feed.next(), spec.commandLine().getOut());
      }
    }
  }

  private ChangeFeed feed(TidemarkClient from) {
    Object[] keys = prefix == null ? new Object[0] : new Object[] {prefix};
    if (begin == null) {
      return from.changes(view, keys);
    }
    return begin.token == null
        ? from.changesFromStart(view, keys)
        : from.changesSince(Token.parse(begin.token), view, keys);
  }

  private static void print(ChangeBatch batch, PrintWriter out) {
    if (batch.reset()) {
      out.println("reset");
    }
    for (Row row : batch.rows()) {
      out.println(
          row.row().isPresent() ? "row " + json(row.row().get()) : "gone " + json(row.key()));
    }
    batch.progress().ifPresent(progress -> out.println("progress " + progress.token()));
    out.flush();
  }

  private static String json(Object value) {
    try {
      return ServerApi.JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
