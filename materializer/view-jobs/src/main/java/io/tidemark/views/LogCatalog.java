package io.tidemark.views;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.GenericInMemoryCatalog;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.factories.Factory;
import org.jspecify.annotations.Nullable;

/**
 * The logs and views as Flink's planner sees them, for the planning of one view. Each is a table,
 * looked up when a query names it; beside them stands the one table that the view is written to.
 */
final class LogCatalog extends GenericInMemoryCatalog {
  static final String NAME = "tidemark";
  static final String DATABASE = "logs";

  /** No log can have this name. */
  static final String SINK = "_view";

  private final SourceTable.Lookup lookup;
  private final ViewTableFactory factory;
  private final Map<String, SourceTable> used = new TreeMap<>();
  private final Map<String, TidemarkException> unknown = new TreeMap<>();
  private @Nullable Schema sink;

  LogCatalog(SourceTable.Lookup lookup, ViewTableFactory factory) {
    super(NAME, DATABASE);
    this.lookup = lookup;
    this.factory = factory;
  }

  /** From now on the view's table has these columns. */
  void sink(Schema columns) {
    this.sink = columns;
  }

  /** The logs and views that queries have named so far. */
  Map<String, SourceTable> used() {
    return used;
  }

  /** Names that queries have used, though there is nothing of that name, with what is wrong. */
  Map<String, TidemarkException> unknown() {
    return unknown;
  }

  @Override
  public Optional<Factory> getFactory() {
    return Optional.of(factory);
  }

  @Override
  public CatalogBaseTable getTable(ObjectPath path) throws TableNotExistException {
    if (!path.getDatabaseName().equals(DATABASE)) {
      throw new TableNotExistException(NAME, path);
    }
    if (path.getObjectName().equals(SINK) && sink != null) {
      return table(sink);
    }
    return table(source(path).columns());
  }

  @Override
  public boolean tableExists(ObjectPath path) {
    try {
      getTable(path);
      return true;
    } catch (TableNotExistException e) {
      return false;
    }
  }

  @Override
  public List<String> listTables(String database) {
    return List.copyOf(used.keySet());
  }

  private SourceTable source(ObjectPath path) throws TableNotExistException {
    String name = path.getObjectName();
    SourceTable known = used.get(name);
    if (known != null) {
      return known;
    }
    try {
      SourceTable found = lookup.find(name);
      used.put(name, found);
      return found;
    } catch (TidemarkException e) {
      if (e.code() != ErrorCode.UNKNOWN_LOG && e.code() != ErrorCode.UNKNOWN_SCHEMA) {
        throw e;
      }
      unknown.put(name, e);
      throw new TableNotExistException(NAME, path, e);
    }
  }

  private static CatalogTable table(Schema columns) {
    return CatalogTable.newBuilder().schema(columns).options(Map.of("connector", NAME)).build();
  }
}
