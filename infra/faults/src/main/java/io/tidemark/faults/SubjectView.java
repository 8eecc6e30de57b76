package io.tidemark.faults;

import io.tidemark.checker.AggregateModel;
import io.tidemark.checker.AggregateModel.Column;
import io.tidemark.client.Row;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A view that is created, read and judged.
 *
 * @param keys of all rows that it can have
 * @param exact whether snapshots of it can be read
 * @param retained whether earlier states of it can be read
 */
record SubjectView(
    AggregateModel model, String sql, List<String> keys, boolean exact, boolean retained) {
  /** The result columns of every view, by what they hold. */
  private static final Map<Column, String> NAMES =
      Map.of(
          Column.COUNT,
          "n",
          Column.SUM,
          "total",
          Column.SUM_OF_SQUARES,
          "squares",
          Column.MAX,
          "newest");

  static final List<Column> SUMS = List.of(Column.COUNT, Column.SUM, Column.SUM_OF_SQUARES);
  static final List<Column> ALL =
      List.of(Column.COUNT, Column.SUM, Column.SUM_OF_SQUARES, Column.MAX);

  private static final int PARTITIONS = 4;
  private static final int OTHER_PARTITIONS = 2;
  private static final int GROUPS = 4;
  private static final List<String> KEYS = names("key", 12);
  private static final List<String> OTHER_KEYS = names("other", 4);
  private static final List<String> GROUP_NAMES = names("group", GROUPS);

  /**
   * A log that is written to.
   *
   * @param bulk whether many events are appended at once. A job that starts again then has much to
   *     do, in sight of its readers; and only rows that one partition feeds can be judged in such
   *     numbers
   */
  record SubjectLog(String name, int partitions, List<String> keys, boolean bulk) {}

  static final SubjectLog EVENTS = new SubjectLog("events", PARTITIONS, KEYS, false);
  static final SubjectLog OTHERS = new SubjectLog("others", OTHER_PARTITIONS, OTHER_KEYS, true);
  static final List<SubjectLog> LOGS = List.of(EVENTS, OTHERS);

  /** The schema of the events of both logs. */
  static final String SCHEMA =
      """
      {"type":"record","name":"Numbered","fields":[
        {"name":"id","type":"string"},{"name":"k","type":"string"},
        {"name":"grp","type":"string"},{"name":"num","type":"long"}]}
      """;

  /** The views, each behind those that it reads. */
  static final List<SubjectView> VIEWS =
      List.of(
          byKey(
              "by_key",
              "events",
              KEYS,
              // Its rows run ahead of its progress.
              "'retention' = '1 h', 'shards' = '2', 'parallelism' = '2'",
              false),
          byKey(
              "others_by_key", "others", OTHER_KEYS, "'shards' = '2', 'parallelism' = '2'", false),
          byGroup("by_group", "'shards' = '2', 'parallelism' = '2'", false),
          byKey(
              "exact_by_key",
              "events",
              KEYS,
              "'progress' = 'exact', 'retention' = '1 h', 'shards' = '2'",
              true),
          byGroup("exact_by_group", "'progress' = 'exact', 'shards' = '2'", true),
          new SubjectView(
              AggregateModel.counter("over_view", "events").with(SUMS).overViewByKey(),
              """
              CREATE MATERIALIZED VIEW over_view WITH ('shards' = '2') AS
              SELECT grp, SUM(n) AS n, SUM(total) AS total, SUM(squares) AS squares
              FROM by_key GROUP BY grp
              """,
              GROUP_NAMES,
              false,
              false));

  private static SubjectView byKey(
      String view, String log, List<String> keys, String options, boolean exact) {
    return new SubjectView(
        AggregateModel.sequence(view, log).with(ALL),
        """
        CREATE MATERIALIZED VIEW %s WITH (%s) AS
        SELECT k, MAX(grp) AS grp, COUNT(*) AS n, SUM(num) AS total, SUM(num * num) AS squares,
          MAX(num) AS newest
        FROM %s GROUP BY k
        """
            .formatted(view, options, log),
        keys,
        exact,
        options.contains("retention"));
  }

  private static SubjectView byGroup(String view, String options, boolean exact) {
    return new SubjectView(
        AggregateModel.counter(view, "events").with(SUMS),
        """
        CREATE MATERIALIZED VIEW %s WITH (%s) AS
        SELECT grp, COUNT(*) AS n, SUM(num) AS total, SUM(num * num) AS squares
        FROM events GROUP BY grp
        """
            .formatted(view, options),
        GROUP_NAMES,
        exact,
        false);
  }

  private static List<String> names(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }

  /** The group that all events of a key are in. */
  static String group(String key) {
    return "group" + Integer.parseInt(key.replaceAll("\\D", "")) % GROUPS;
  }

  /** Whether events of several partitions count in each row. */
  boolean ofManyPartitions() {
    return keys.equals(GROUP_NAMES);
  }

  String name() {
    return model.view();
  }

  /** The key of a row that was read. */
  static String key(Row row) {
    return String.valueOf(row.key().values().iterator().next());
  }

  /** The columns in the order of the model; {@code null} when there is no row. */
  long @Nullable [] values(Optional<Map<String, @Nullable Object>> row) {
    return row.map(
            columns ->
                model.columns().stream()
                    .mapToLong(column -> number(columns, NAMES.getOrDefault(column, "")))
                    .toArray())
        .orElse(null);
  }

  private static long number(Map<String, @Nullable Object> columns, String name) {
    if (columns.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalStateException("the row " + columns + " has no number " + name);
  }
}
