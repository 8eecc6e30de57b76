package io.tidemark.bench.store;

import io.tidemark.bench.run.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The tables of a run, in Markdown. */
final class Report {
  private static final String INTRODUCTION =
      """
      # The shard store and its peers

      Written by `infra/bench/run store`, whole; not edited. All subjects held the same rows in the same run on the same
      machine. Trust the ratios more than the figures, and run it again on yours.

      A cell is the figure and, in parentheses, how many times better it is than %s: above 1 is better in
      every row, whether the row counts time, bytes or rows a second. Each table is followed by the range of the same figures.

      - Keys are 24 bytes, inserted in random order, and read uniformly at random. A commit covers 1,000 rows.
      - Everything is warm: the files are in the page cache since they were written. The subjects take turns at each operation;
        where their files do not fit into memory together, they come one after the other.
      - Gets, multi-gets and scans are medians and 99th percentiles by JMH's SampleTime, in a process of their own, on one
        thread; figure and range are those of the iterations. Timing itself takes some 25 ns of each sample, for all
        subjects alike. Means and allocated bytes are by JMH's AverageTime and its gc profiler.
      - "get, hit" reads from a snapshot that is held where the subject has snapshots, "get of the newest state" takes a new
        one for each get. RocksDB reads its newest state both times, as Kafka Streams does. While writing, each get is of
        the newest state, and a thread overwrites random rows at 100,000/s, or as quickly as the subject can.
      - "insert" is the time until the last commit has returned, "until settled" until flushes and compactions are done,
        too. Figures are of the whole, ranges of tenths.
        Before inserts and updates, a million rows are written to a store that is thrown away, so that all code is compiled.
      - Reopening is in a process that has opened the store before, after a clean close: figure and range of five times.
      - "index" is what the subject tells of its own: %s.
        Memory is what 100,000 random gets after opening add to the process: heap after a collection, resident anonymous
        pages, resident pages of files.
      - "none": the subject does not offer it. "–": it does not tell, or was not asked for.
      """;

  private static final String INDEX_MEANS =
      "for the shard store its point index, for RocksDB index and filter blocks, for LMDB the inner"
          + " pages";

  private final Results results;
  private final List<DataSet> dataSets;
  private final List<Subject> subjects;
  private final String conditions;

  Report(Results results, List<DataSet> dataSets, List<Subject> subjects, String conditions) {
    this.results = results;
    this.dataSets = dataSets;
    this.subjects = subjects;
    this.conditions = conditions;
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(INTRODUCTION.formatted(Subject.BASE.title(), INDEX_MEANS));
    for (DataSet dataSet : dataSets) {
      text.append("\n## ").append(dataSet.title()).append("\n\n");
      table(text, dataSet, this::cell);
      text.append("\nRanges:\n\n");
      table(text, dataSet, this::range);
    }
    targets(text);
    failures(text);
    text.append("\n## Conditions\n\n").append(conditions);
    text.append("\nSubjects:\n\n");
    for (Subject subject : subjects) {
      text.append("- ").append(subject.title()).append(": ").append(subject.settings());
      text.append(".\n");
    }
    return text.toString();
  }

  private interface Cell {
    String of(DataSet dataSet, Subject subject, Measure measure);
  }

  private void table(StringBuilder text, DataSet dataSet, Cell cell) {
    List<String> head = new ArrayList<>(List.of(""));
    subjects.forEach(subject -> head.add(subject.title()));
    Table table = new Table(head);
    for (Measure measure : Measure.values()) {
      if (subjects.stream().noneMatch(subject -> wasTried(dataSet, subject, measure))) {
        continue;
      }
      List<String> cells = new ArrayList<>(List.of(measure.title()));
      subjects.forEach(subject -> cells.add(cell.of(dataSet, subject, measure)));
      table.row(cells);
    }
    text.append(table.markdown());
  }

  private boolean wasTried(DataSet dataSet, Subject subject, Measure measure) {
    return results.figure(dataSet, subject, measure).isPresent()
        || results.failed(dataSet, subject, measure.operation());
  }

  private String cell(DataSet dataSet, Subject subject, Measure measure) {
    return results
        .figure(dataSet, subject, measure)
        .map(figure -> measure.format(figure.value()) + ratio(dataSet, subject, measure))
        .orElseGet(() -> absent(dataSet, subject, measure));
  }

  private String ratio(DataSet dataSet, Subject subject, Measure measure) {
    OptionalDouble ratio = results.timesBetter(dataSet, subject, Subject.BASE, measure);
    return subject == Subject.BASE || ratio.isEmpty() || !Double.isFinite(ratio.getAsDouble())
        ? ""
        : String.format(Locale.ROOT, " (%.2f×)", ratio.getAsDouble());
  }

  private String range(DataSet dataSet, Subject subject, Measure measure) {
    return results
        .figure(dataSet, subject, measure)
        .map(figure -> measure.format(figure.low()) + " – " + measure.format(figure.high()))
        .orElseGet(() -> absent(dataSet, subject, measure));
  }

  private String absent(DataSet dataSet, Subject subject, Measure measure) {
    if (!subject.offers(measure.operation())) {
      return "none";
    }
    return results.failed(dataSet, subject, measure.operation()) ? "failed" : "–";
  }

  private void targets(StringBuilder text) {
    text.append("\n## Targets\n\n");
    List<String> head = new ArrayList<>(List.of("target"));
    dataSets.forEach(dataSet -> head.add(dataSet.title()));
    Table table = new Table(head);
    for (Target target : Target.values()) {
      List<String> cells = new ArrayList<>(List.of(target.title()));
      dataSets.forEach(dataSet -> cells.add(target.describe(target.judge(results, dataSet))));
      table.row(cells);
    }
    text.append(table.markdown());
  }

  private void failures(StringBuilder text) {
    if (results.failures().isEmpty()) {
      return;
    }
    text.append("\n## What failed\n\n");
    for (Results.Failure failure : results.failures()) {
      text.append("- ").append(failure.subject().title()).append(", ");
      text.append(failure.dataSet().title()).append(", ").append(failure.operation());
      text.append(": ").append(failure.reason()).append('\n');
    }
  }
}
