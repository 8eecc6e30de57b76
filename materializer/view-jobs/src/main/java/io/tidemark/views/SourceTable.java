package io.tidemark.views;

import io.tidemark.schemas.TidemarkException;
import java.util.Map;
import org.apache.flink.table.api.Schema;

/** What a query can name in FROM. */
sealed interface SourceTable permits LogTable, UpstreamTable {
  /** Finds the table of that name. */
  interface Lookup {
    /**
     * Finds it.
     *
     * @throws TidemarkException UNKNOWN_LOG when there is neither a log nor a view, VIEW_FAILED
     *     when it is a view that does not advance
     */
    SourceTable find(String name);
  }

  /** The columns for Flink. */
  Schema columns();

  /** Fields that are no columns because SQL views cannot read their type, with that type. */
  Map<String, String> unreadable();
}
