package io.tidemark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes small histories by hand. Times are in milliseconds; the log is {@code l}. */
final class Script {
  final List<ViewModel> models = new ArrayList<>();
  final List<LinearInvariant> invariants = new ArrayList<>();
  final List<Append> appends = new ArrayList<>();
  final List<Read> reads = new ArrayList<>();
  final List<Logged> logged = new ArrayList<>();
  final Set<String> scanned = new HashSet<>();

  /** The views most scripts use: sequences by key, counters by group, a total. */
  static Script usual() {
    return new Script()
        .model(AggregateModel.sequence("seq", "l"))
        .model(AggregateModel.counter("cnt", "l"))
        .model(AggregateModel.total("all", "l", "*"));
  }

  Script model(ViewModel model) {
    models.add(model);
    return this;
  }

  /** An event whose id is its key and number, as {@code a1}. */
  static Event event(String key, long number) {
    return new Event(key + number, "l", key, number, "g");
  }

  static Position at(int partition, long offset) {
    return Position.of("l", partition, offset);
  }

  Script ok(String session, long start, long end, Event event, int partition, long offset) {
    Position token = at(partition, offset + 1);
    appends.add(new Append(call(session, start, end, Outcome.OK), List.of(event), token));
    return this;
  }

  Script unknown(String session, long start, long end, Event event) {
    appends.add(
        new Append(call(session, start, end, Outcome.UNKNOWN), List.of(event), Position.empty()));
    return this;
  }

  Script failed(String session, long start, long end, Event event) {
    appends.add(
        new Append(call(session, start, end, Outcome.FAILED), List.of(event), Position.empty()));
    return this;
  }

  Script together(String session, long start, long end, Position token, Event... events) {
    appends.add(new Append(call(session, start, end, Outcome.OK), List.of(events), token));
    return this;
  }

  Script logged(Event event, int partition, long offset) {
    logged.add(new Logged("l", partition, offset, event.id()));
    return this;
  }

  Script scanned() {
    scanned.add("l");
    return this;
  }

  ReadScript read(String session, long start, long end, Level level) {
    return new ReadScript(call(session, start, end, Outcome.OK), level);
  }

  private static Operation.Call call(String session, long start, long end, Outcome outcome) {
    return new Operation.Call(session, start * 1_000_000, end * 1_000_000, start, outcome);
  }

  History history() {
    return new History(models, invariants, appends, reads, logged, scanned);
  }

  /** Asserts that exactly these properties are violated, and gives the report. */
  Report violates(Property... properties) {
    Report report = Checker.check(history());
    Set<Property> violated = EnumSet.noneOf(Property.class);
    report.findings().stream()
        .filter(finding -> finding.violations() > 0)
        .forEach(finding -> violated.add(finding.property()));
    assertThat(violated)
        .as(() -> describe(report))
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(properties));
    return report;
  }

  void isClean() {
    Report report = violates();
    assertThat(report.findings()).allSatisfy(f -> assertThat(f.undecided()).isZero());
  }

  static String describe(Report report) {
    StringBuilder text = new StringBuilder("violations:");
    for (Report.Finding finding : report.findings()) {
      finding.examples().forEach(v -> text.append('\n').append(v.describe(report.startNs())));
    }
    return text.toString();
  }

  /** A read being written. */
  final class ReadScript {
    private final Operation.Call call;
    private final Level level;
    private final Map<List<String>, Row> rows = new LinkedHashMap<>();
    private final Set<String> complete = new HashSet<>();
    private Level asked;
    private long boundMs;
    private long stalenessMs = -1;
    private Position in = Position.empty();
    private Position out = Position.empty();
    private Position cut;
    private boolean ordered;
    private boolean exact;
    private boolean last;

    private ReadScript(Operation.Call call, Level level) {
      this.call = call;
      this.level = level;
      this.asked = level;
      this.ordered = level == Level.STRONG;
    }

    /** A strong read that promises no order, as others do. */
    ReadScript unordered() {
      ordered = false;
      return this;
    }

    ReadScript asked(Level level) {
      asked = level;
      return this;
    }

    ReadScript bound(long ms) {
      boundMs = ms;
      return this;
    }

    ReadScript claims(long ms) {
      stalenessMs = ms;
      return this;
    }

    ReadScript token(Position in, Position out) {
      this.in = in;
      this.out = out;
      return this;
    }

    ReadScript exact() {
      exact = true;
      return this;
    }

    ReadScript cut(Position position) {
      cut = position;
      return this;
    }

    ReadScript complete(String view) {
      complete.add(view);
      return this;
    }

    ReadScript last() {
      last = true;
      return this;
    }

    ReadScript row(String view, String key, long... values) {
      rows.put(List.of(view, key), new Row(view, key, values.length == 0 ? null : values));
      return this;
    }

    /** The row of a key's first n events. */
    ReadScript seq(String key, int n) {
      return n == 0 ? row("seq", key) : row("seq", key, n, n * (n + 1) / 2, n);
    }

    Script done() {
      reads.add(
          new Read(
              call,
              new Read.Request(asked, boundMs),
              List.copyOf(rows.values()),
              complete,
              in,
              out,
              new Read.Reply(level, ordered, stalenessMs, exact, cut, "n1"),
              last));
      return Script.this;
    }
  }
}
