package io.tidemark.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewStatementTest {
  @Test
  void aHeadOfEveryPart() {
    ViewStatement statement =
        ViewStatement.parse(
            """
            -- a comment
            create materialized view `my-view` (primary key (a, `b c`) not enforced) /* another */
            WITH ('shards' = '8', 'x' = 'it''s') AS
              SELECT ';' AS a FROM t; -- the end
            """);
    assertThat(statement.view()).isEqualTo("my-view");
    assertThat(statement.primaryKey()).containsExactly("a", "b c");
    assertThat(statement.options()).isEqualTo(Map.of("shards", "8", "x", "it's"));
    assertThat(statement.query().strip()).isEqualTo("SELECT ';' AS a FROM t");
  }

  @Test
  void theQueryStaysWhereItWas() {
    String sql = "CREATE MATERIALIZED VIEW v\nAS /* why */ SELECT x\nFROM t";
    String query = ViewStatement.parse(sql).query();
    assertThat(query.indexOf("SELECT")).isEqualTo(sql.indexOf("SELECT"));
    assertThat(query.indexOf("FROM")).isEqualTo(sql.indexOf("FROM"));
    assertThat(query.lines().count()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE TABLE x AS SELECT 1|1|8|expected MATERIALIZED, found TABLE",
        "CREATE MATERIALIZED VIEW AS SELECT 1|1|29|expected AS, found SELECT",
        "CREATE MATERIALIZED VIEW `a b` AS SELECT 1|1|26|cannot name a view",
        "CREATE MATERIALIZED VIEW v WITH (shards = 4) AS SELECT 1|1|34|an option's name in single",
        "CREATE MATERIALIZED VIEW v AS|1|30|expected a query after AS",
        "CREATE MATERIALIZED VIEW v AS SELEC x FROM t|1|31|expected SELECT or another query",
        "CREATE MATERIALIZED VIEW v AS SELECT 1; SELECT 2|1|41|nothing behind ';'",
        "CREATE MATERIALIZED VIEW v (PRIMARY KEY (a, a)) AS SELECT 1|1|45|stands twice",
        "CREATE MATERIALIZED VIEW v AS SELECT 'x|1|38|never closed",
      })
  void aFaultIsNamedWithItsPlace(String sql, int line, int column, String message) {
    assertThatThrownBy(() -> ViewStatement.parse(sql))
        .hasMessageContaining(message)
        .asInstanceOf(type(SqlException.class))
        .satisfies(
            e -> {
              assertThat(e.line()).isEqualTo(line);
              assertThat(e.column()).isEqualTo(column);
            });
  }

  @Test
  void optionsHaveDefaults() {
    ViewOptions options = ViewOptions.parse(Map.of());
    assertThat(options)
        .isEqualTo(
            new ViewOptions(
                4,
                false,
                false,
                "hashmap",
                java.util.Optional.empty(),
                1,
                Duration.ZERO,
                Map.of()));
  }

  @Test
  void optionsAreRead() {
    ViewOptions options =
        ViewOptions.parse(
            Map.of(
                "shards",
                "2",
                "progress",
                "EXACT",
                "on-bad-event",
                "skip",
                "state-backend",
                "rocksdb",
                "checkpoint-interval",
                "250 ms",
                "parallelism",
                "3",
                "retention",
                "2 H",
                "schema-id.a-b",
                "7"));
    assertThat(options.shards()).isEqualTo(2);
    assertThat(options.forceExact()).isTrue();
    assertThat(options.skipBadEvents()).isTrue();
    assertThat(options.stateBackend()).isEqualTo("rocksdb");
    assertThat(options.interval()).contains(Duration.ofMillis(250));
    assertThat(options.parallelism()).isEqualTo(3);
    assertThat(options.retention()).isEqualTo(Duration.ofHours(2));
    assertThat(options.schemaIds()).isEqualTo(Map.of("a-b", 7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shard|4|did you mean 'shards'",
        "on-bad-events|skip|did you mean 'on-bad-event'",
        "shards|0|from 1 to 1024",
        "shards|many|from 1 to 1024",
        "progress|sometimes|one of auto, exact",
        "checkpoint-interval|soon|a duration from 10 ms",
        "checkpoint-interval|1 ms|a duration from 10 ms to 1 d",
        "retention|forever|a duration from 1 s to 366 d",
        "retention|0 s|a duration from 1 s",
        "retention|367 d|a duration from 1 s",
        "retentions|1 h|did you mean 'retention'",
      })
  void aWrongOptionIsRefused(String key, String value, String message) {
    assertThatThrownBy(() -> ViewOptions.parse(Map.of(key, value))).hasMessageContaining(message);
  }
}
