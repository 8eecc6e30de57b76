package io.tidemark.views;

import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.catalog.ViewDefinition;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the operators of a view's job need to know. Travels with the job.
 *
 * @param barriers whether progress comes from barriers instead of ticks
 * @param cuts when cuts are meant to be made
 */
record JobSettings(
    String view,
    long generation,
    String changelog,
    int shards,
    int parallelism,
    List<String> keyColumns,
    int rowSchemaId,
    boolean barriers,
    CutGrid cuts,
    boolean skipBadEvents,
    HashMap<String, Object> kafka,
    RegistryFactory registry)
    implements Serializable {

  static JobSettings of(
      ViewDefinition definition,
      long generation,
      Map<String, Object> kafka,
      RegistryFactory registry) {
    ViewOptions options = ViewOptions.parse(definition.getOptions());
    return new JobSettings(
        definition.getView(),
        generation,
        definition.getChangelog(),
        definition.getShards(),
        options.parallelism(),
        List.copyOf(definition.getKeyColumns()),
        definition.getRowSchemaId(),
        barriers(definition),
        options.cuts(),
        options.skipBadEvents(),
        new HashMap<>(kafka),
        registry);
  }

  /** Whether progress comes from barriers: always where it is exact or the view reads views. */
  static boolean barriers(ViewDefinition definition) {
    return definition.getExact() || definition.getSources().stream().anyMatch(Shards::isChangelog);
  }

  /** A name for this job's clients in Kafka's logs and metrics. */
  String clientId(String part) {
    return "tidemark-" + view + "-g" + generation + "-" + part;
  }
}
