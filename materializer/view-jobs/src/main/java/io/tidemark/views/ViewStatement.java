package io.tidemark.views;

import java.util.List;
import java.util.Map;

/**
 * A parsed {@code CREATE MATERIALIZED VIEW} statement. Only the head is understood here; Flink
 * reads the query.
 *
 * @param view the view's name
 * @param primaryKey the declared key columns, empty when none are declared
 * @param options what stands in {@code WITH}, as given
 * @param query the query in the very lines and columns where it stands in the statement: the head
 *     is blanked out, so that the planner's positions need no translation
 */
record ViewStatement(
    String view, List<String> primaryKey, Map<String, String> options, String query) {

  /**
   * Reads a statement.
   *
   * @throws SqlException when the head is not well-formed
   */
  static ViewStatement parse(String sql) {
    return new StatementReader(sql).read();
  }
}
