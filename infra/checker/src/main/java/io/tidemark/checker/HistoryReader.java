package io.tidemark.checker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.tidemark.log.Position;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the histories that {@link HistoryWriter} writes. Several files together make one history,
 * so clients in several processes of one machine may each write their own.
 */
public final class HistoryReader {
  private final List<ViewModel> models = new ArrayList<>();
  private final List<LinearInvariant> invariants = new ArrayList<>();
  private final List<Append> appends = new ArrayList<>();
  private final List<Read> reads = new ArrayList<>();
  private final List<Logged> logged = new ArrayList<>();
  private final Set<String> scanned = new HashSet<>();

  /** One object for each distinct text and position, since a history repeats them endlessly. */
  private final Map<String, String> texts = new HashMap<>();

  private Position lastPosition = Position.empty();

  private HistoryReader() {}

  /**
   * Reads the files.
   *
   * @throws TidemarkException {@link ErrorCode#INVALID_REQUEST}, with file and line, when one is no
   *     history
   */
  public static History read(List<Path> files) throws IOException {
    HistoryReader reader = new HistoryReader();
    for (Path file : files) {
      reader.read(file);
    }
    return new History(
        reader.models,
        reader.invariants,
        reader.appends,
        reader.reads,
        reader.logged,
        reader.scanned);
  }

  private void read(Path file) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(Files.newBufferedReader(file))) {
      int line = 1;
      try {
        while (parser.nextToken() != null) {
          line = parser.currentTokenLocation().getLineNr();
          Object object = JsonFields.parse(parser);
          if (object == null) {
            throw new IllegalArgumentException("null is not an operation");
          }
          add(JsonFields.of(object));
        }
      } catch (IllegalArgumentException
          | ArithmeticException
          | ClassCastException
          | JsonProcessingException
          | TidemarkException e) {
        throw new TidemarkException(
            ErrorCode.INVALID_REQUEST,
            file + ":" + line + " is not a line of a history: " + message(e),
            e);
      }
    }
  }

  private static String message(Exception e) {
    return e instanceof JsonProcessingException json
        ? json.getOriginalMessage()
        : String.valueOf(e.getMessage());
  }

  private void add(JsonFields line) {
    switch (line.text("type")) {
      case "view" -> models.add(model(line));
      case "invariant" -> invariants.add(invariant(line));
      case "append" -> appends.add(append(line));
      case "read" -> reads.add(read(line));
      case "logged" ->
          logged.add(
              new Logged(
                  shared(line.text("log")),
                  Math.toIntExact(line.number("partition")),
                  line.number("offset"),
                  shared(line.text("event"))));
      case "scanned" -> scanned.add(line.text("log"));
      default ->
          throw new IllegalArgumentException("its type '" + line.text("type") + "' is unknown");
    }
  }

  private static ViewModel model(JsonFields line) {
    if (line.has("top")) {
      return new TopNModel(
          line.text("view"), line.text("log"), Math.toIntExact(line.number("top")));
    }
    List<AggregateModel.Column> columns = new ArrayList<>();
    for (Object column : line.list("columns")) {
      columns.add(AggregateModel.Column.valueOf((String) column));
    }
    return new AggregateModel(
        line.text("view"),
        line.text("log"),
        line.constant("by", AggregateModel.By.class),
        columns,
        line.has("step") ? line.constant("step", ViewModel.Step.class) : ViewModel.Step.CUT,
        line.text("totalKey", ""),
        line.flag("overView"));
  }

  private static LinearInvariant invariant(JsonFields line) {
    JsonFields fields = JsonFields.of(line.values().getOrDefault("weights", Map.of()));
    Map<String, Long> weights = new TreeMap<>();
    fields.values().keySet().forEach(key -> weights.put(key, fields.number(key)));
    return new LinearInvariant(
        line.text("view"), weights, Math.toIntExact(line.number("column")), line.number("sum"));
  }

  private Append append(JsonFields line) {
    List<Event> events = new ArrayList<>();
    for (Object object : line.list("events")) {
      JsonFields event = JsonFields.of(object);
      events.add(
          new Event(
              event.text("id"),
              shared(event.text("log")),
              shared(event.text("key")),
              event.number("number", 0),
              event.has("group") ? shared(event.text("group")) : null));
    }
    return new Append(call(line), events, line.position("token"));
  }

  private Read read(JsonFields line) {
    List<Row> rows = new ArrayList<>();
    for (Object object : line.list("rows")) {
      JsonFields row = JsonFields.of(object);
      rows.add(new Row(shared(row.text("view")), shared(row.text("key")), values(row)));
    }
    Set<String> complete = new HashSet<>();
    line.list("complete").forEach(view -> complete.add(shared((String) view)));
    return new Read(
        call(line),
        new Read.Request(Level.parse(line.text("asked")), line.number("boundMs", 0)),
        rows,
        complete,
        shared(line.position("tokenIn")),
        shared(line.position("tokenOut")),
        new Read.Reply(
            Level.parse(line.text("level")),
            line.flag("ordered"),
            line.number("stalenessMs", -1),
            line.flag("exact"),
            line.has("cut") ? shared(line.position("cut")) : null,
            shared(line.text("replica", ""))),
        line.flag("final"));
  }

  private static long @Nullable [] values(JsonFields row) {
    if (!row.has("values")) {
      return null;
    }
    List<?> list = row.list("values");
    long[] values = new long[list.size()];
    for (int i = 0; i < values.length; i++) {
      if (!(list.get(i) instanceof Long value)) {
        throw new IllegalArgumentException("the value '" + list.get(i) + "' is no integer");
      }
      values[i] = value;
    }
    return values;
  }

  private Operation.Call call(JsonFields line) {
    return new Operation.Call(
        shared(line.text("session")),
        line.number("startNs"),
        line.number("endNs"),
        line.number("startMs", 0),
        line.constant("outcome", Outcome.class));
  }

  private String shared(String text) {
    return texts.computeIfAbsent(text, t -> t);
  }

  /** A read's tokens are often equal to each other or to those of the read before. */
  private Position shared(Position position) {
    if (!position.equals(lastPosition)) {
      lastPosition = position;
    }
    return lastPosition;
  }
}
