package io.tidemark.views;

import io.tidemark.schemas.TidemarkException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what Flink's planner throws into what a user of SQL needs to know. */
final class PlannerErrors {
  /** Flink loads its planner apart, so the class itself is not to be seen from here. */
  private static final String PARSER = "org.apache.flink.table.planner.parse.CalciteParser";

  private static final Pattern POSITION = Pattern.compile("[Ll]ine (\\d+), column (\\d+)");
  private static final Pattern NO_TABLE =
      Pattern.compile("(?:Object|Table) '([^']+)' (?:was )?not found");
  private static final Pattern NO_COLUMN =
      Pattern.compile("Column '([^']+)' not found|Unknown identifier '([^']+)'");

  private PlannerErrors() {}

  /** The error to report; one that is ours already stays as it is. */
  static TidemarkException translate(Throwable thrown, LogCatalog catalog) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof TidemarkException ours && !catalog.unknown().containsValue(ours)) {
        return ours;
      }
    }
    if (thrown instanceof StackOverflowError || isParserOutOfStack(thrown)) {
      return new SqlException(
          "the statement is nested too deeply to be planned; write it flatter, or as several views"
              + " of which one reads the other",
          0,
          0,
          thrown);
    }
    String message = mostTelling(thrown);
    Matcher position = POSITION.matcher(message);
    boolean placed = position.find();
    int line = placed ? Integer.parseInt(position.group(1)) : 0;
    int column = placed ? Integer.parseInt(position.group(2)) : 0;
    return new SqlException(explain(message, catalog), line, column, thrown);
  }

  /**
   * Calcite's parser turns a full stack into an exception without a message and without a cause,
   * and Flink, which looks into the message, stumbles over that.
   */
  private static boolean isParserOutOfStack(Throwable thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    return thrown instanceof NullPointerException
        && trace.length > 0
        && trace[0].getClassName().equals(PARSER);
  }

  /** The deepest message that names a position, else the deepest message. */
  private static String mostTelling(Throwable thrown) {
    String deepest = thrown.toString();
    String placed = null;
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (message != null && !message.isBlank()) {
        deepest = message;
        if (POSITION.matcher(message).find()) {
          placed = message;
        }
      }
    }
    if (placed == null) {
      return deepest.strip();
    }
    return placed.endsWith(deepest) ? placed.strip() : merge(placed, deepest);
  }

  private static String merge(String placed, String deepest) {
    return placed.contains(deepest) ? placed.strip() : placed.strip() + ": " + deepest.strip();
  }

  private static String explain(String message, LogCatalog catalog) {
    Matcher table = NO_TABLE.matcher(message);
    while (table.find()) {
      TidemarkException unknown = catalog.unknown().get(table.group(1));
      if (unknown != null) {
        Matcher position = POSITION.matcher(message);
        return (position.find() ? position.group() + ": " : "") + unknown.getMessage();
      }
    }
    if (message.startsWith("Encountered ")) {
      return message + "\n(A word of SQL that is meant as a name needs back-ticks: `date`.)";
    }
    Matcher column = NO_COLUMN.matcher(message);
    if (column.find()) {
      String name = column.group(1) == null ? column.group(2) : column.group(1);
      for (Map.Entry<String, SourceTable> log : catalog.used().entrySet()) {
        String type = log.getValue().unreadable().get(name);
        if (type != null) {
          return "%s (log %s has that field, but it is of Avro type %s, which SQL views cannot read)"
              .formatted(message, log.getKey(), type);
        }
      }
    }
    return message;
  }
}
