package io.tidemark.checker;

import io.tidemark.log.Position;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A counterexample: what is wrong, and the fewest operations that show it, in the order in which
 * the explanation names them. Reads are cut down to the rows that matter.
 */
public record Violation(Property property, String what, List<Operation> operations) {
  private static final int ROWS_SHOWN = 8;

  /** For people: the explanation, then a line for each operation, with times from the given one. */
  public String describe(long startNs) {
    StringBuilder text = new StringBuilder(property.text()).append(": ").append(what);
    for (Operation operation : operations) {
      Operation.Call call = operation.call();
      text.append(
          String.format(
              Locale.ROOT,
              "%n  %12.6f s – %12.6f s  %-10s ",
              (call.startNs() - startNs) / 1e9,
              (call.endNs() - startNs) / 1e9,
              call.session()));
      text.append(
          operation instanceof Append append ? describe(append) : describe((Read) operation));
    }
    return text.toString();
  }

  private static String describe(Append append) {
    return "append "
        + append.events().stream().map(Event::toString).collect(Collectors.joining(", "))
        + switch (append.call().outcome()) {
          case OK -> " → acknowledged, token " + append.token();
          case FAILED -> " → failed";
          case UNKNOWN -> " → unknown outcome";
        };
  }

  private static String describe(Read read) {
    Read.Reply reply = read.reply();
    return "read "
        + reply.level().text()
        + (read.request().level() == reply.level()
            ? ""
            : " (asked for " + read.request().level().text() + ")")
        + (reply.replica().isEmpty() ? "" : " at " + reply.replica())
        + shown("token handed in ", read.tokenIn())
        + " → "
        + read.rows().stream()
            .limit(ROWS_SHOWN)
            .map(Row::toString)
            .collect(Collectors.joining(", "))
        + (read.rows().size() > ROWS_SHOWN
            ? " and " + (read.rows().size() - ROWS_SHOWN) + " more rows"
            : "")
        + shown("token ", read.tokenOut())
        + (reply.cut() == null ? "" : shown("cut ", reply.cut()))
        + (reply.stalenessMs() < 0 ? "" : ", staleness " + reply.stalenessMs() + " ms");
  }

  private static String shown(String name, Position position) {
    return position.isEmpty() ? "" : ", " + name + position;
  }
}
