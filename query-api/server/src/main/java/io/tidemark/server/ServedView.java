package io.tidemark.server;

import io.tidemark.log.LogIds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.catalog.DurationOption;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** A view version that this node serves. Thread-safe. */
final class ServedView {
  private final ViewDefinition definition;
  private final Set<String> sources;
  private final Set<String> known;
  private final LogIds logIds;
  private final Schema rowSchema;
  private final KeyColumns keyColumns;
  private final RowJson rows;
  private final RowReply rowReply;
  private final List<Shard> shards;
  private final Freshness freshness = new Freshness();
  private volatile @Nullable String recreated;

  ServedView(ViewDefinition definition) {
    this.definition = definition;
    this.known = Set.copyOf(definition.getSources());
    this.logIds = LogIds.of(definition.getLogIds());
    this.sources =
        known.stream()
            .filter(source -> !Shards.isChangelog(source))
            .collect(Collectors.toUnmodifiableSet());
    this.rowSchema = new Schema.Parser().parse(definition.getRowSchema());
    this.keyColumns = KeyColumns.of(rowSchema, definition.getKeyColumns());
    this.rows = new RowJson(definition.getRowSchemaId(), rowSchema);
    this.rowReply = new RowReply(definition.getView(), keyColumns, rows);
    this.shards =
        IntStream.range(0, definition.getShards())
            .mapToObj(
                number ->
                    new Shard(definition.getView(), definition.getChangelog(), number, logIds))
            .toList();
  }

  ViewDefinition definition() {
    return definition;
  }

  String name() {
    return definition.getView();
  }

  int version() {
    return definition.getVersion();
  }

  /** The logs that the view's rows follow from, through however many views. */
  Set<String> sources() {
    return sources;
  }

  /** Which logs of their names the {@link #sources} are. */
  LogIds logIds() {
    return logIds;
  }

  /** Takes down whether the names of its logs stand for other logs now, as far as that is known. */
  void compare(LogIds current) {
    String conflict = logIds.conflict(current);
    if (conflict != null || sources.stream().allMatch(current::contains)) {
      recreated = conflict;
    }
  }

  /**
   * Refuses to promise anything about logs that the view does not read, only others of their names.
   *
   * @throws TidemarkException {@link ErrorCode#LOG_RECREATED}
   */
  void requireCurrentLogs() {
    String log = recreated;
    if (log != null) {
      throw new TidemarkException(
          ErrorCode.LOG_RECREATED,
          ("the log %s was deleted and made anew since view %s was created over it, so the view's"
                  + " rows are not the log's; drop the view and create it again")
              .formatted(log, name()));
    }
  }

  /**
   * Refuses a token that says something about another log of a name than this view reads.
   *
   * @throws TidemarkException {@link ErrorCode#LOG_RECREATED}
   */
  void requireSameLogs(Token token) {
    String log = logIds.conflict(token.logIds());
    if (log != null) {
      throw new TidemarkException(
          ErrorCode.LOG_RECREATED,
          ("the log %s was deleted and made anew: the token is not of the log of that name that view"
                  + " %s reads. Drop the token and begin a new session; if the view is older than"
                  + " the log, drop the view and create it again")
              .formatted(log, name()));
    }
  }

  /** What the view's progress speaks of: its sources, and the changelogs of the views it reads. */
  Set<String> known() {
    return known;
  }

  /** The views that this view reads, and those that they read, in order of name. */
  List<String> upstream() {
    return known.stream().filter(Shards::isChangelog).map(Shards::viewOf).sorted().toList();
  }

  Schema rowSchema() {
    return rowSchema;
  }

  KeyColumns keyColumns() {
    return keyColumns;
  }

  /** How long earlier states are kept; zero when they need not be. */
  Duration retention() {
    return DurationOption.retention(definition);
  }

  /** How rows become JSON. */
  RowJson rows() {
    return rows;
  }

  /** How replies with one row are written. */
  RowReply rowReply() {
    return rowReply;
  }

  List<Shard> shards() {
    return shards;
  }

  /** The shard that holds that key. */
  Shard shardOf(byte[] key) {
    return shards.get(Shards.of(key, shards.size()));
  }

  /** What any of its shards reflects of its logs. */
  Position furthest() {
    Position furthest = Position.empty();
    for (Shard shard : shards) {
      furthest = furthest.merge(shard.visible().frontier());
    }
    return furthest.restrictedTo(sources::contains);
  }

  Freshness freshness() {
    return freshness;
  }

  @Override
  public String toString() {
    return name() + "-v" + version();
  }
}
