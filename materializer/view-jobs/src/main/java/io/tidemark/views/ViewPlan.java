package io.tidemark.views;

import io.tidemark.log.LogIds;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * What planning a statement has found out about the view.
 *
 * @param options with the ids of the schemas by which it reads its logs
 * @param sources the logs below the view and the changelogs of the views between
 * @param logIds which logs of their names the logs among the sources are
 * @param exact whether every progress says exactly what is reflected
 */
record ViewPlan(
    ViewStatement statement,
    Map<String, String> options,
    List<String> keyColumns,
    Schema rowSchema,
    List<String> sources,
    LogIds logIds,
    boolean exact) {}
