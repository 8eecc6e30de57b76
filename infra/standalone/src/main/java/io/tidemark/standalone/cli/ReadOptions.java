package io.tidemark.standalone.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how consistent a read is to be. */
final class ReadOptions {
  @Option(
      names = "--level",
      description =
          "Consistency: eventual, bounded, session, strong or snapshot (default: session with a token, else"
              + " eventual).")
  private @Nullable String level;

  @Option(
      names = "--max-staleness",
      paramLabel = "TIME",
      converter = Time.class,
      description = "How stale a bounded read may be, such as 500ms or 10s.")
  private @Nullable Duration maxStaleness;

  @Option(
      names = "--confirm",
      paramLabel = "WHAT",
      description =
          "What a strong read makes sure of besides: epoch, that the leaders who told the logs' ends still led;"
              + " order, that a row shows no event without one that was acknowledged before it began;"
              + " or epoch,order.")
  private @Nullable String confirm;

  @Option(
      names = "--token",
      description = "Token of an append or an earlier read; the answer reflects all it covers.")
  private @Nullable String token;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = Time.class,
      description = "Longest wait for the level, such as 500ms or 10s.")
  private @Nullable Duration timeout;

  /** The token to send, {@code null} for none. */
  @Nullable String token() {
    return token;
  }

  /** The options as parameters of a query string. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (level != null) {
      parameters.put("consistency", level);
    }
    if (maxStaleness != null) {
      parameters.put("maxStalenessMs", Long.toString(maxStaleness.toMillis()));
    }
    if (confirm != null) {
      parameters.put("confirm", confirm);
    }
    if (timeout != null) {
      parameters.put("timeoutMs", Long.toString(timeout.toMillis()));
    }
    return parameters;
  }
}
