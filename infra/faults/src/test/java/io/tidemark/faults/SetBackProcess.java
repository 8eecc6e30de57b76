package io.tidemark.faults;

import io.tidemark.log.LogEvent;
import io.tidemark.log.LogSpec;
import io.tidemark.log.LogStore;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewOutcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;

/**
 * The process whose clock {@link ClockSetBackIT} sets back: it uses a log store as it is told to by
 * lines on its standard input, and answers each with a line.
 */
final class SetBackProcess {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int ATTEMPTS = 10;
  private static final Schema SCHEMA =
      SchemaBuilder.record("Said").fields().requiredString("what").endRecord();

  private final LogStore logs;
  private final ViewCatalog catalog;
  private final List<CompletableFuture<?>> asked = new ArrayList<>();
  private int made;

  private SetBackProcess(LogStore logs, ViewCatalog catalog) {
    this.logs = logs;
    this.catalog = catalog;
  }

  /**
   * Obeys until its standard input ends.
   *
   * @param args the addresses of Kafka and of the registry
   */
  public static void main(String[] args) throws IOException {
    try (SchemaRegistry registry = SchemaRegistry.connect(URI.create(args[1]));
        LogStore logs = patiently(() -> LogStore.connect(args[0], registry));
        ViewCatalog catalog = patiently(() -> ViewCatalog.open(logs));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      SetBackProcess process = new SetBackProcess(logs, catalog);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(line + ": " + process.obey(line));
      }
    }
  }

  /** A broker is slow for a while after its start. */
  private static <T> T patiently(Supplier<T> open) {
    for (int attempt = 1; ; attempt++) {
      try {
        return open.get();
      } catch (TidemarkException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private String obey(String what) {
    return switch (what) {
      case "time" -> Long.toString(System.currentTimeMillis());
      case "use" -> use();
      case "ask" -> ask();
      case "outcomes" -> outcomes();
      default -> throw new IllegalArgumentException(what);
    };
  }

  /** All there is, on a log that no client has seen before. */
  private String use() {
    String log = "log" + made++;
    try {
      logs.create(new LogSpec(log, SCHEMA, 2, 1));
      Token first = logs.appender().append(event(log)).join();
      Token second = logs.appender().appendAtomically(List.of(event(log), event(log))).join();
      Position written = first.position().merge(second.position());
      Position ends = logs.ends().ends(Set.of(log)).join();
      Position confirmed = logs.ends().confirmedEnds(Set.of(log), TIMEOUT).join();
      catalog.answer(new ViewAnswer("request of " + log, ViewOutcome.CREATED, "", 0, 0));
      return ends.covers(written) && confirmed.covers(written) ? "works" : "wrong " + ends;
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  /** Begins what does not end while Kafka does not answer. */
  private String ask() {
    // The one that worked.
    String log = "log" + (made - 1);
    asked.add(logs.ends().ends(Set.of(log)));
    asked.add(logs.appender().append(event(log)));
    asked.add(logs.appender().appendAtomically(List.of(event(log))));
    asked.add(CompletableFuture.supplyAsync(() -> logs.describe(log)));
    return "begun";
  }

  private String outcomes() {
    return asked.stream()
        .map(each -> each.handle((value, failure) -> failure == null ? "done" : code(failure)))
        .map(CompletableFuture::join)
        .collect(Collectors.joining(", "));
  }

  private static String code(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof TidemarkException known ? known.code().name() : failure.toString();
  }

  private static LogEvent event(String log) {
    GenericData.Record value = new GenericData.Record(SCHEMA);
    value.put("what", log);
    return new LogEvent(log, log, value);
  }
}
