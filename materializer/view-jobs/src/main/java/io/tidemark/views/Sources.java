package io.tidemark.views;

import io.tidemark.log.LogIds;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * What a query reads.
 *
 * @param topics the logs that its rows follow from, through however many views, and the changelogs
 *     of the views between
 * @param logIds which logs those are
 * @param schemaIds the schemas of the logs that it reads itself
 * @param views the views that it reads itself
 */
record Sources(
    List<String> topics, LogIds logIds, Map<String, Integer> schemaIds, List<String> views) {
  static Sources of(Collection<SourceTable> tables) {
    TreeSet<String> topics = new TreeSet<>();
    LogIds logIds = LogIds.NONE;
    Map<String, Integer> schemaIds = new TreeMap<>();
    TreeSet<String> views = new TreeSet<>();
    for (SourceTable table : tables) {
      if (table instanceof LogTable log) {
        topics.add(log.log());
        logIds = logIds.merge(LogIds.of(log.log(), log.id()));
        schemaIds.put(log.log(), log.schemaId());
      } else if (table instanceof UpstreamTable view) {
        view.below().stream().map(TopicPartition::topic).forEach(topics::add);
        topics.add(view.definition().getChangelog());
        logIds = logIds.merge(LogIds.of(view.definition().getLogIds()));
        views.add(view.definition().getView());
      }
    }
    return new Sources(List.copyOf(topics), logIds, schemaIds, List.copyOf(views));
  }
}
