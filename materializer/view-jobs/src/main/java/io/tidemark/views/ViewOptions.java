package io.tidemark.views;

import io.tidemark.log.catalog.DurationOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code WITH} says, checked.
 *
 * @param shards slices of the view's keys, each with a writer and replicas of its own
 * @param forceExact whether progress must come from barriers even where ticks would do
 * @param skipBadEvents whether an event that cannot be decoded is skipped and counted; otherwise
 *     the view stops at it
 * @param stateBackend {@code hashmap} or {@code rocksdb}
 * @param interval how often the job's state is made durable; for a view with cuts the time from one
 *     of them to the next, each of which is a checkpoint; empty for the default, which depends on
 *     that
 * @param parallelism subtasks of each step of the job
 * @param retention how long the nodes keep earlier states of the view, for reads as of then; zero
 *     when they need not
 * @param schemaIds for each log the id of the schema by which the view reads it; a log that is not
 *     named is read by its newest schema at the time of the view's creation
 */
record ViewOptions(
    int shards,
    boolean forceExact,
    boolean skipBadEvents,
    String stateBackend,
    Optional<Duration> interval,
    int parallelism,
    Duration retention,
    Map<String, Integer> schemaIds) {

  private static final String SHARDS = "shards";
  private static final String PROGRESS = "progress";
  private static final String ON_BAD_EVENT = "on-bad-event";
  private static final String STATE_BACKEND = "state-backend";
  private static final String CHECKPOINT_INTERVAL = "checkpoint-interval";
  private static final String PARALLELISM = "parallelism";
  private static final String SCHEMA_PREFIX = "schema-id.";
  private static final Set<String> KEYS =
      Set.of(
          SHARDS,
          PROGRESS,
          ON_BAD_EVENT,
          STATE_BACKEND,
          CHECKPOINT_INTERVAL,
          PARALLELISM,
          DurationOption.RETENTION);

  private static final int DEFAULT_SHARDS = 4;
  private static final int MOST_SHARDS = 1024;
  private static final int MOST_PARALLELISM = 128;

  /**
   * While RocksDB makes its part of a checkpoint, the task takes no events: some 50 ms on two busy
   * cores, at 1,000 events a second. Every 5 s that was one in a hundred of all moments.
   */
  private static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

  private static final Duration DEFAULT_CUT_INTERVAL = Duration.ofMillis(100);

  /** When cuts are meant to be made, for a view whose progress comes from barriers. */
  CutGrid cuts() {
    return new CutGrid(interval.orElse(DEFAULT_CUT_INTERVAL).toMillis());
  }

  /** How often there is a checkpoint, events or not. */
  Duration checkpointInterval(boolean barriers) {
    return barriers ? DEFAULT_CHECKPOINT_INTERVAL : interval.orElse(DEFAULT_CHECKPOINT_INTERVAL);
  }

  /**
   * Reads the options of a statement.
   *
   * @throws SqlException on an option or a value that nobody knows, with the nearest known one
   */
  static ViewOptions parse(Map<String, String> given) {
    Map<String, Integer> schemaIds = new TreeMap<>();
    for (String key : given.keySet()) {
      if (key.startsWith(SCHEMA_PREFIX)) {
        schemaIds.put(
            key.substring(SCHEMA_PREFIX.length()), number(given, key, 0, 0, Integer.MAX_VALUE));
      } else if (!KEYS.contains(key)) {
        throw new SqlException(
            "unknown option '%s', did you mean '%s'? The options are %s and %s<log>"
                .formatted(
                    key, nearest(key), String.join(", ", new TreeSet<>(KEYS)), SCHEMA_PREFIX));
      }
    }
    return new ViewOptions(
        number(given, SHARDS, DEFAULT_SHARDS, 1, MOST_SHARDS),
        choice(given, PROGRESS, List.of("auto", "exact")).equals("exact"),
        choice(given, ON_BAD_EVENT, List.of("stop", "skip")).equals("skip"),
        choice(given, STATE_BACKEND, List.of("hashmap", "rocksdb")),
        duration(given, CHECKPOINT_INTERVAL, Duration.ofMillis(10), Duration.ofDays(1)),
        number(given, PARALLELISM, 1, 1, MOST_PARALLELISM),
        duration(given, DurationOption.RETENTION, Duration.ofSeconds(1), Duration.ofDays(366))
            .orElse(Duration.ZERO),
        schemaIds);
  }

  /** The key under which the schema of that log is kept. */
  static String schemaKey(String log) {
    return SCHEMA_PREFIX + log;
  }

  private static int number(
      Map<String, String> given, String key, int byDefault, int least, int most) {
    String value = given.get(key);
    if (value == null) {
      return byDefault;
    }
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, as is a number out of range.
    }
    throw new SqlException(
        "option '%s' must be a number from %d to %d, got '%s'".formatted(key, least, most, value));
  }

  private static String choice(Map<String, String> given, String key, List<String> choices) {
    String value = given.getOrDefault(key, choices.get(0)).strip().toLowerCase(Locale.ROOT);
    if (!choices.contains(value)) {
      throw new SqlException(
          "option '%s' must be one of %s, got '%s'"
              .formatted(key, String.join(", ", choices), given.get(key)));
    }
    return value;
  }

  private static Optional<Duration> duration(
      Map<String, String> given, String key, Duration least, Duration most) {
    String value = given.get(key);
    if (value == null) {
      return Optional.empty();
    }
    Optional<Duration> duration =
        DurationOption.parse(value)
            .filter(read -> read.compareTo(least) >= 0 && read.compareTo(most) <= 0);
    if (duration.isEmpty()) {
      throw new SqlException(
          "option '%s' must be a duration from %s to %s, such as '5 s' or '2 h', got '%s'"
              .formatted(key, text(least), text(most), value));
    }
    return duration;
  }

  private static String text(Duration limit) {
    if (limit.toDays() > 0) {
      return limit.toDays() + " d";
    }
    return limit.toSeconds() > 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }

  private static String nearest(String key) {
    return KEYS.stream()
        .min((a, b) -> Integer.compare(distance(key, a), distance(key, b)))
        .orElseThrow();
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
