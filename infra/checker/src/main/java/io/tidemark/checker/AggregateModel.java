package io.tidemark.checker;

import java.util.List;

/**
 * A view that groups the events of one log and counts them, sums their numbers, or keeps the
 * greatest.
 *
 * <p>Which columns tell which defect: of a sequence 1, 2, 3, … the count shows what is lost or
 * doubled, the sum also what was swapped one for one, the maximum what came out of order. Doubling
 * 1 and 4 while losing 2 and 3 leaves all three as they were; the sum of squares shows that too.
 *
 * @param totalKey the key of the one row of {@link By#TOTAL}
 * @param overView whether the view is computed over a view that is keyed as the log, see {@link
 *     #lane}
 */
public record AggregateModel(
    String view,
    String log,
    By by,
    List<Column> columns,
    Step step,
    String totalKey,
    boolean overView)
    implements ViewModel {
  /** The columns of a view over sequences unless others are named. */
  public static final List<Column> SEQUENCE = List.of(Column.COUNT, Column.SUM, Column.MAX);

  /** What names the row that an event counts in. */
  public enum By {
    /** The event's key in the log. */
    KEY,
    /** The event's group: the view is keyed anew. */
    GROUP,
    /** One row for everything. */
    TOTAL
  }

  /** What a column holds. */
  public enum Column {
    /** How many events. */
    COUNT,
    /** The sum of their numbers. */
    SUM,
    /** The sum of the squares of their numbers. */
    SUM_OF_SQUARES,
    /** The greatest number. */
    MAX
  }

  public AggregateModel {
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("the model of view " + view + " has no columns");
    }
  }

  /** One row a key: count, sum and maximum of the key's event numbers. */
  public static AggregateModel sequence(String view, String log) {
    return new AggregateModel(view, log, By.KEY, SEQUENCE, Step.CUT, "", false);
  }

  /** One row a group: how many events, and the sum of their numbers. */
  public static AggregateModel counter(String view, String log) {
    return new AggregateModel(
        view, log, By.GROUP, List.of(Column.COUNT, Column.SUM), Step.CUT, "", false);
  }

  /** One row under that key: how many events in all, and the sum of their numbers. */
  public static AggregateModel total(String view, String log, String key) {
    return new AggregateModel(
        view, log, By.TOTAL, List.of(Column.COUNT, Column.SUM), Step.CUT, key, false);
  }

  /** The same view with another promise of what becomes visible at once. */
  public AggregateModel with(Step newStep) {
    return new AggregateModel(view, log, by, columns, newStep, totalKey, overView);
  }

  /** The same view with other columns. */
  public AggregateModel with(List<Column> newColumns) {
    return new AggregateModel(view, log, by, newColumns, step, totalKey, overView);
  }

  /** The same, computed not over the log itself but over a view that is keyed as the log. */
  public AggregateModel overViewByKey() {
    return new AggregateModel(view, log, by, columns, step, totalKey, true);
  }

  @Override
  public String lane(Event event) {
    return overView ? event.key() : "";
  }

  @Override
  public List<String> rowKeys(Event event) {
    if (!event.log().equals(log)) {
      return List.of();
    }
    return switch (by) {
      case KEY -> List.of(event.key());
      case GROUP -> event.group() == null ? List.of() : List.of(event.group());
      case TOTAL -> List.of(totalKey);
    };
  }

  @Override
  public long[] contribution(Event event) {
    long[] row = new long[columns.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] =
          switch (columns.get(i)) {
            case COUNT -> 1;
            case SUM, MAX -> event.number();
            case SUM_OF_SQUARES -> event.number() * event.number();
          };
    }
    return row;
  }

  @Override
  public long[] combine(long[] a, long[] b) {
    long[] row = new long[a.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = columns.get(i) == Column.MAX ? Math.max(a[i], b[i]) : a[i] + b[i];
    }
    return row;
  }
}
