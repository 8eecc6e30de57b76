package io.tidemark.views;

import io.tidemark.log.LogStore;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.schemas.catalog.ViewDefinition;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.ExplainDetail;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/**
 * Asks Flink's planner about statements, and turns definitions into jobs. Thread-safe; every
 * planning has an environment of its own. The first one in a process takes seconds, later ones
 * tenths of a second.
 *
 * <p><b>The view's key.</b> The planner knows the key by which a query updates its rows, but tells
 * it only when it refuses another one. So the query is planned into a table whose primary key is
 * the first column; either that is the key, or the complaint names it. A key is good when the
 * planner accepts it and sees no need to take old rows back: it would, where a declared key has
 * columns that change. It also takes them back where a filter may refuse the new row, and then the
 * key is good if it is the one that the planner names.
 *
 * <p>The job itself writes to a table without a declared key: to the planner a key column must not
 * be null, but in a view it may (a group of rows without an airport is a group).
 */
final class ViewPlanner {
  private static final Pattern AVRO_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern OTHER_KEY =
      Pattern.compile("Primary key: .*?, upsert key: (.*?)\\. This can lead", Pattern.DOTALL);

  private static final Schema ANY_EVENT =
      SchemaBuilder.record("Any")
          .fields()
          .requiredString("customer")
          .requiredLong("amount")
          .endRecord();
  private static final List<String> ANY_QUERIES =
      List.of(
          "SELECT customer, COUNT(*) AS sales, SUM(amount) AS total FROM any_log GROUP BY customer",
          "SELECT a.customer, a.amount, b.amount AS other FROM any_log a JOIN other_log b"
              + " ON a.customer = b.customer WHERE b.amount > 0");

  private static final Pattern KEY = Pattern.compile("\\[(.*?)]");

  private final LogStore logs;
  private final RegistryFactory registry;

  private final SourceTables sources;

  ViewPlanner(LogStore logs, ViewCatalog views, RegistryFactory registry) {
    this.logs = logs;
    this.registry = registry;
    this.sources = new SourceTables(logs, views, this::keyIsNeverNull);
  }

  /**
   * Plans small views over logs that need not exist, and makes nothing of them: what a process
   * loads and compiles for its first planning is then there when the first statement comes.
   */
  void warmUp() {
    ANY_QUERIES.forEach(this::warmUp);
  }

  private void warmUp(String sql) {
    ViewOptions options = ViewOptions.parse(Map.of());
    Planning planning =
        new Planning(
            options,
            name -> new LogTable(name, 0, 1, ANY_EVENT, 0),
            dryRun("any", options),
            new Configuration());
    Table query = planning.tables.sqlQuery(sql);
    List<Column> columns = query.getResolvedSchema().getColumns();
    planning.explain(query, columns, List.of());
    planning.graph(query, columns);
  }

  /**
   * Plans a statement without deploying anything.
   *
   * @throws SqlException when it cannot become a view
   */
  ViewPlan plan(String sql) {
    ViewStatement statement = ViewStatement.parse(sql);
    ViewOptions options = ViewOptions.parse(statement.options());
    Planning planning =
        new Planning(
            options,
            name -> sources.fresh(name, options),
            dryRun(statement.view(), options),
            new Configuration());
    try {
      Table query = planning.tables.sqlQuery(statement.query());
      List<Column> columns = query.getResolvedSchema().getColumns();
      Schema rowSchema = rowSchema(statement.view(), columns);
      PlanReading reading = planning.explain(query, columns, List.of());
      if (!reading.heldBack().isEmpty()) {
        throw new SqlException(
            "a view cannot wait for time to pass, as %s would: a reader could not be told which events its rows reflect"
                .formatted(String.join(", ", reading.heldBack())));
      }
      List<String> key = key(planning, query, columns, statement.primaryKey(), reading);
      boolean sound = planning.withOldRowsIfNeeded(query, columns, reading).ticksAreSound();
      Sources read = Sources.of(planning.catalog.used().values());
      Map<String, String> effective = new TreeMap<>(statement.options());
      read.schemaIds()
          .forEach((log, id) -> effective.put(ViewOptions.schemaKey(log), Integer.toString(id)));
      if (!read.views().isEmpty() && options.forceExact()) {
        throw new SqlException(
            "'progress' = 'exact' cannot be promised over other views, and the query reads %s: their shards are not all at one position at each cut. Leave the option out, or write the query over the logs"
                .formatted(String.join(", ", read.views())));
      }
      boolean exact = read.views().isEmpty() && (options.forceExact() || !sound);
      return new ViewPlan(
          statement, effective, key, rowSchema, read.topics(), read.logIds(), exact);
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      throw PlannerErrors.translate(e, planning.catalog);
    }
  }

  /**
   * The job of a definition.
   *
   * @throws SqlException when the planner no longer accepts its statement
   */
  StreamGraph job(ViewDefinition definition, long generation, Configuration configuration) {
    ViewOptions options = ViewOptions.parse(definition.getOptions());
    Planning planning =
        new Planning(
            options,
            name -> sources.pinned(name, definition, options),
            JobSettings.of(definition, generation, logs.clientConfig(), registry),
            configuration);
    try {
      ViewStatement statement = ViewStatement.parse(definition.getSql());
      Table query = planning.tables.sqlQuery(statement.query());
      if (losesOldRows(definition)) {
        if (!JobSettings.barriers(definition)) {
          throw new SqlException(
              "the view was made when rows that no longer belonged to such a join stayed in it; drop it and make it again");
        }
        planning.dataflow.wantOldRows();
      }
      StreamGraph graph = planning.graph(query, query.getResolvedSchema().getColumns());
      JobGraphs.chainSingleSubtasks(graph);
      JobGraphs.sendWithoutTimer(graph);
      graph.setJobId(JobID.generate());
      graph.setJobName(definition.getView() + "-v" + definition.getVersion());
      return graph;
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      throw PlannerErrors.translate(e, planning.catalog);
    }
  }

  private List<String> key(
      Planning planning,
      Table query,
      List<Column> columns,
      List<String> declared,
      PlanReading reading) {
    requireColumns(columns, declared);
    if (reading.insertOnly()) {
      if (declared.isEmpty()) {
        throw noKey("its rows are only ever added");
      }
      // Under a declared key they replace one another: the newest wins.
      requireKeyTypes(columns, declared);
      return declared;
    }
    List<String> updateKey = updateKey(planning, query, columns);
    List<String> key = declared.isEmpty() ? updateKey : declared;
    requireKeyTypes(columns, key);
    Optional<String> objection = planning.objection(query, columns, key);
    if (objection.isPresent()
        || (planning.explain(query, columns, key).retracts()
            && !Set.copyOf(key).equals(Set.copyOf(updateKey)))) {
      throw new SqlException(
          "the PRIMARY KEY (%s) is not the key by which the query updates its rows, which is (%s)"
              .formatted(String.join(", ", key), String.join(", ", updateKey)));
    }
    return key;
  }

  private List<String> updateKey(Planning planning, Table query, List<Column> columns) {
    List<String> first = List.of(columns.get(0).getName());
    Optional<String> objection = planning.objection(query, columns, first);
    if (objection.isEmpty()) {
      if (planning.explain(query, columns, first).retracts()
          && !isNamed(planning, query, columns, first)) {
        throw noKey("it updates one single row");
      }
      return first;
    }
    return keys(objection.get()).stream()
        .filter(key -> !key.isEmpty())
        .min(Comparator.comparingInt(List::size))
        .orElseThrow(
            () -> noKey("the columns by which it updates its rows are not all in its SELECT list"));
  }

  /**
   * Whether the planner names that very key when another is asked for. Then old rows come out of
   * the query because of a filter, and not because columns of the key change.
   */
  private static boolean isNamed(
      Planning planning, Table query, List<Column> columns, List<String> key) {
    return columns.stream()
        .map(Column::getName)
        .filter(name -> !key.contains(name))
        .map(name -> planning.objection(query, columns, List.of(name)))
        .flatMap(Optional::stream)
        .anyMatch(objection -> keys(objection).contains(key));
  }

  /** The keys in a text such as {@code [a, b], [c]}. */
  private static List<List<String>> keys(String text) {
    return KEY.matcher(text)
        .results()
        .map(
            key ->
                Stream.of(key.group(1).split(","))
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .toList())
        .toList();
  }

  private static SqlException noKey(String why) {
    return new SqlException(
        "the query has no key of its own: %s. Declare one: CREATE MATERIALIZED VIEW name (PRIMARY KEY (column, ...)) AS ..."
            .formatted(why));
  }

  private static void requireColumns(List<Column> columns, List<String> key) {
    List<String> names = columns.stream().map(Column::getName).toList();
    for (String column : key) {
      if (!names.contains(column)) {
        throw new SqlException(
            "the PRIMARY KEY names column '%s', but the query's columns are %s"
                .formatted(column, String.join(", ", names)));
      }
    }
  }

  private static void requireKeyTypes(List<Column> columns, List<String> key) {
    for (Column column : columns) {
      LogicalType type = column.getDataType().getLogicalType();
      if (key.contains(column.getName()) && !AvroTypes.canBeKey(type)) {
        throw new SqlException(
            "column '%s' is of type %s, which a key cannot have; CAST it to STRING or BIGINT"
                .formatted(column.getName(), type.asSummaryString()));
      }
    }
  }

  private static Schema rowSchema(String view, List<Column> columns) {
    List<Schema.Field> fields = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < columns.size(); i++) {
      String name = columns.get(i).getName();
      if (!AVRO_NAME.matcher(name).matches()) {
        throw new SqlException(
            "column %d of the query is called '%s'; give it a name of letters, digits and '_' with AS"
                .formatted(i + 1, name));
      }
      if (!seen.add(name)) {
        throw new SqlException("two columns of the query are called '%s'".formatted(name));
      }
      LogicalType type = columns.get(i).getDataType().getLogicalType();
      Schema schema =
          AvroTypes.toAvro(type)
              .orElseThrow(
                  () ->
                      new SqlException(
                          "column '%s' is of type %s, which a view cannot have; CAST it to another"
                              .formatted(name, type.asSummaryString())));
      Schema nullable = Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
      fields.add(new Schema.Field(name, nullable, null, Schema.Field.NULL_DEFAULT_VALUE));
    }
    String record = view.replaceAll("[^A-Za-z0-9_]", "_");
    if (Character.isDigit(record.charAt(0))) {
      record = "_" + record;
    }
    return Schema.createRecord(record, null, "io.tidemark.rows", false, fields);
  }

  private static org.apache.flink.table.api.Schema sinkColumns(
      List<Column> columns, List<String> key) {
    var builder = org.apache.flink.table.api.Schema.newBuilder();
    for (Column column : columns) {
      DataType type = column.getDataType();
      builder.column(
          column.getName(), key.contains(column.getName()) ? type.notNull() : type.nullable());
    }
    if (!key.isEmpty()) {
      builder.primaryKey(key);
    }
    return builder.build();
  }

  private JobSettings dryRun(String view, ViewOptions options) {
    return new JobSettings(
        view,
        0,
        "",
        options.shards(),
        options.parallelism(),
        List.of(),
        0,
        false,
        options.cuts(),
        options.skipBadEvents(),
        new HashMap<>(logs.clientConfig()),
        registry);
  }

  /** As its plan says, which is asked for aside: asking leaves sources behind in a job. */
  private boolean losesOldRows(ViewDefinition definition) {
    Planning planning = aside(definition);
    Table query = planning.tables.sqlQuery(ViewStatement.parse(definition.getSql()).query());
    return planning
        .explain(query, query.getResolvedSchema().getColumns(), List.of())
        .losesOldRows();
  }

  private Planning aside(ViewDefinition definition) {
    ViewOptions options = ViewOptions.parse(definition.getOptions());
    return new Planning(
        options,
        name -> sources.pinned(name, definition, options),
        dryRun(definition.getView(), options),
        new Configuration());
  }

  /** Its query's own columns say so; the row schema lets every column be null. */
  private boolean keyIsNeverNull(ViewDefinition definition) {
    Planning planning = aside(definition);
    String query = ViewStatement.parse(definition.getSql()).query();
    return planning.tables.sqlQuery(query).getResolvedSchema().getColumns().stream()
        .filter(column -> definition.getKeyColumns().contains(column.getName()))
        .noneMatch(column -> column.getDataType().getLogicalType().isNullable());
  }

  /** What the planner says to a query into a table with some key: one of the two. */
  private record Explained(@Nullable PlanReading plan, @Nullable ValidationException refusal) {
    PlanReading reading() {
      if (plan == null) {
        throw Objects.requireNonNull(refusal);
      }
      return plan;
    }
  }

  /** One conversation with the planner, about one query. */
  private final class Planning {
    final StreamExecutionEnvironment env;
    final StreamTableEnvironment tables;
    final LogCatalog catalog;
    final Dataflow dataflow;

    /** By the key that the sink had: to plan a query takes a tenth of a second or more. */
    private final Map<List<String>, Explained> explained = new HashMap<>();

    Planning(
        ViewOptions options,
        SourceTable.Lookup names,
        JobSettings settings,
        Configuration configuration) {
      env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
      env.setParallelism(options.parallelism());
      tables =
          StreamTableEnvironment.create(
              env, EnvironmentSettings.newInstance().inStreamingMode().build());
      tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
      tables
          .getConfig()
          .set("table.column-expansion-strategy", "EXCLUDE_ALIASED_VIRTUAL_METADATA_COLUMNS");
      // A mini-batch would keep rows back and make watermarks of its own.
      tables.getConfig().set("table.exec.mini-batch.enabled", "false");
      Map<String, SourceTable> found = new HashMap<>();
      SourceTable.Lookup lookup = name -> found.computeIfAbsent(name, names::find);
      dataflow = new Dataflow(settings);
      catalog = new LogCatalog(lookup, new ViewTableFactory(lookup, dataflow));
      tables.registerCatalog(LogCatalog.NAME, catalog);
      tables.useCatalog(LogCatalog.NAME);
    }

    /** The plan that writes into a table with that key, which the planner must accept. */
    PlanReading explain(Table query, List<Column> columns, List<String> key) {
      return ask(query, columns, key).reading();
    }

    /** The key that the planner names when it refuses that one; empty when it accepts it. */
    Optional<String> objection(Table query, List<Column> columns, List<String> key) {
      ValidationException refusal = ask(query, columns, key).refusal();
      if (refusal == null) {
        return Optional.empty();
      }
      Matcher other = OTHER_KEY.matcher(String.valueOf(refusal.getMessage()));
      if (!other.find()) {
        throw refusal;
      }
      return Optional.of(other.group(1));
    }

    private Explained ask(Table query, List<Column> columns, List<String> key) {
      return explained.computeIfAbsent(
          key,
          asked -> {
            catalog.sink(sinkColumns(columns, asked));
            try {
              return new Explained(
                  PlanReading.of(
                      query.insertInto(LogCatalog.SINK).explain(ExplainDetail.CHANGELOG_MODE)),
                  null);
            } catch (ValidationException e) {
              return new Explained(null, e);
            }
          });
    }

    /** Flink's job of that query. */
    StreamGraph graph(Table query, List<Column> columns) {
      catalog.sink(sinkColumns(columns, List.of()));
      tables.createStatementSet().add(query.insertInto(LogCatalog.SINK)).attachAsDataStream();
      return env.getStreamGraph();
    }

    /** The reading of the plan that the job is to have. */
    PlanReading withOldRowsIfNeeded(Table query, List<Column> columns, PlanReading reading) {
      if (!reading.losesOldRows()) {
        return reading;
      }
      dataflow.wantOldRows();
      explained.clear();
      return explain(query, columns, List.of());
    }
  }
}
