package io.tidemark.log;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.SchemaRegistry.RegisteredSchema;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.clock.ClockWatch;
import io.tidemark.schemas.clock.Renewed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/**
 * The logs of one Kafka cluster. Thread-safe; one instance serves a whole process.
 *
 * <p>Every method that talks to Kafka throws {@link TidemarkException} with {@link
 * ErrorCode#LOG_UNAVAILABLE} when Kafka does not answer in time.
 */
public final class LogStore implements AutoCloseable {
  /** Whether {@link #create} made the log or found it as wanted. */
  public enum Creation {
    CREATED,
    UNCHANGED
  }

  private static final int TIMEOUT_MS = 10_000;
  private static final int LEADER_POLL_MS = 5;
  private static final int USUAL_REPLICATION = 3;

  private final Map<String, Object> clientConfig;
  private final SchemaRegistry registry;
  private final ClockWatch clock;
  private final Renewed<Admin> admin;
  private final String clusterId;
  private final int replication;
  private final Topics topics;
  private final KafkaLogAppender appender;
  private final KafkaLogEnds ends;

  private LogStore(
      Map<String, Object> clientConfig,
      @Nullable String name,
      SchemaRegistry registry,
      ClockWatch clock,
      Renewed<Admin> admin,
      String clusterId,
      int replication) {
    this.clientConfig = clientConfig;
    this.registry = registry;
    this.clock = clock;
    this.admin = admin;
    this.clusterId = clusterId;
    this.replication = replication;
    this.topics = new Topics(admin);
    this.appender = new KafkaLogAppender(clientConfig, name, clock, clusterId, registry, topics);
    this.ends = new KafkaLogEnds(clientConfig, clock, topics::partitions);
  }

  /** Connects; fails when the cluster does not answer within ten seconds. */
  public static LogStore connect(String bootstrapServers, SchemaRegistry registry) {
    return connectAs(bootstrapServers, registry, null);
  }

  /**
   * Connects under a name that this process had before, when it may have been killed: what it left
   * open then, within an append of several events at once, is ended at once and not only when its
   * time is over. Of two processes that run under one name at the same time, each ends what the
   * other one is appending so.
   */
  public static LogStore connect(String bootstrapServers, SchemaRegistry registry, String name) {
    return connectAs(bootstrapServers, registry, name);
  }

  private static LogStore connectAs(
      String bootstrapServers, SchemaRegistry registry, @Nullable String name) {
    Map<String, Object> config =
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    Map<String, Object> adminConfig = new HashMap<>(config);
    adminConfig.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    adminConfig.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS / 2);
    ClockWatch clock = ClockWatch.start();
    Renewed<Admin> admin = Renewed.admin(clock, adminConfig);
    try {
      var cluster = admin.get().describeCluster();
      String doing = "connecting to Kafka at " + bootstrapServers;
      String clusterId = KafkaErrors.await(cluster.clusterId(), doing);
      int brokers = KafkaErrors.await(cluster.nodes(), doing).size();
      return new LogStore(
          config, name, registry, clock, admin, clusterId, Math.min(brokers, USUAL_REPLICATION));
    } catch (RuntimeException e) {
      admin.close();
      clock.close();
      throw e;
    }
  }

  /** The id of the Kafka cluster, which every token carries. */
  public String clusterId() {
    return clusterId;
  }

  /** What a plain Kafka client needs to connect to the same cluster. */
  public Map<String, Object> clientConfig() {
    return clientConfig;
  }

  /** Watches the time of day for those who use {@link #clientConfig}. */
  public ClockWatch clock() {
    return clock;
  }

  /** The registry that holds the schemas of the logs. */
  public SchemaRegistry registry() {
    return registry;
  }

  /**
   * Copies that Tidemark's own topics have: three, or one for each broker where there are fewer.
   */
  public int replication() {
    return replication;
  }

  /**
   * Creates the log and registers its schema, or finds it there with the same partitions and
   * replication; a schema that is new to a log becomes its next version.
   *
   * @throws TidemarkException {@link ErrorCode#LOG_EXISTS} when partitions or replication differ,
   *     {@link ErrorCode#INCOMPATIBLE_SCHEMA}, {@link ErrorCode#INVALID_NAME}, {@link
   *     ErrorCode#INVALID_REQUEST}, also for more replicas than there are brokers, {@link
   *     ErrorCode#LOG_UNAVAILABLE}
   */
  public Creation create(LogSpec spec) {
    requireValid(spec);
    TopicDescription present = topics.describe(spec.name());
    if (present != null) {
      requireSame(spec, present);
    }
    registry.register(SchemaRegistry.valueSubject(spec.name()), spec.schema());
    if (present != null) {
      return Creation.UNCHANGED;
    }
    boolean created =
        createTopic(
            spec.name(),
            spec.partitions(),
            spec.replication(),
            Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1"));
    return created ? Creation.CREATED : Creation.UNCHANGED;
  }

  /**
   * Creates a topic of Tidemark's own, with {@link #replication()} copies, unless it is there.
   * Returns whether it was created.
   */
  public boolean createInternalTopic(String topic, int partitions, Map<String, String> settings) {
    return createTopic(topic, partitions, replication, settings);
  }

  /** Deletes a topic of Tidemark's own and all it holds; nothing happens when it is not there. */
  public void deleteInternalTopic(String topic) {
    if (!topic.startsWith("_tidemark")) {
      throw new IllegalArgumentException("not a topic of Tidemark's own: " + topic);
    }
    try {
      KafkaErrors.await(
          admin.get().deleteTopics(List.of(topic)).all(), "deleting the topic " + topic);
    } catch (TidemarkException e) {
      if (e.code() != ErrorCode.UNKNOWN_LOG) {
        throw e;
      }
    }
    topics.forget(topic);
  }

  /**
   * Looks the log up in the cluster and the registry.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_LOG} when there is no such topic, {@link
   *     ErrorCode#UNKNOWN_SCHEMA} when its events have no registered schema
   */
  public LogInfo describe(String log) {
    TopicDescription topic = Topics.isLogName(log) ? topics.describe(log) : null;
    if (topic == null) {
      throw topics.unknown(log);
    }
    return info(topic, registry.latest(SchemaRegistry.valueSubject(log)));
  }

  /**
   * All user logs, in order of name. Tidemark's own topics are not among them, nor are topics whose
   * events have no registered schema.
   */
  public List<LogInfo> list() {
    List<LogInfo> logs = new ArrayList<>();
    for (TopicDescription topic : new TreeMap<>(topics.describeAll(topics.logs())).values()) {
      try {
        logs.add(info(topic, registry.latest(SchemaRegistry.valueSubject(topic.name()))));
      } catch (TidemarkException e) {
        if (e.code() != ErrorCode.UNKNOWN_SCHEMA) {
          throw e;
        }
      }
    }
    return logs;
  }

  /** Appends to these logs. */
  public LogAppender appender() {
    return appender;
  }

  /** Looks up where these logs end. */
  public LogEnds ends() {
    return ends;
  }

  @Override
  public void close() {
    appender.close();
    ends.close();
    admin.close();
    clock.close();
  }

  /**
   * How many partitions the topic has, by any earlier look; a new look if there was none.
   *
   * @throws TidemarkException {@link ErrorCode#UNKNOWN_LOG}
   */
  public int partitions(String topic) {
    return topics.partitions(topic);
  }

  /**
   * Looks up which logs stand behind the names at this moment. What cannot be told is left out:
   * logs that are gone, and all of them while Kafka does not answer. May complete on a thread of
   * Kafka's client: do nothing there that takes time.
   */
  public CompletableFuture<LogIds> ids(Set<String> logs) {
    return topics.ids(logs);
  }

  private static void requireValid(LogSpec spec) {
    if (!Topics.isLogName(spec.name())) {
      throw new TidemarkException(
          ErrorCode.INVALID_NAME,
          "'"
              + spec.name()
              + "' cannot name a log: use up to 200 letters, digits, '_', '.' or '-',"
              + " beginning with a letter or digit");
    }
    if (spec.partitions() < 1 || spec.replication() < 1) {
      throw new TidemarkException(
          ErrorCode.INVALID_REQUEST,
          "a log needs at least 1 partition and 1 replica, got %d and %d"
              .formatted(spec.partitions(), spec.replication()));
    }
    if (spec.schema().getType() != Schema.Type.RECORD) {
      throw new TidemarkException(
          ErrorCode.INVALID_SCHEMA,
          "the schema of a log's events must be a record, got " + spec.schema().getType());
    }
  }

  private static void requireSame(LogSpec spec, TopicDescription topic) {
    if (topic.partitions().size() != spec.partitions()
        || topic.partitions().get(0).replicas().size() != spec.replication()) {
      throw new TidemarkException(
          ErrorCode.LOG_EXISTS,
          "the log %s exists with %d partitions and replication %d; asked for %d and %d"
              .formatted(
                  spec.name(),
                  topic.partitions().size(),
                  topic.partitions().get(0).replicas().size(),
                  spec.partitions(),
                  spec.replication()));
    }
  }

  private boolean createTopic(
      String topic, int partitions, int replication, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, replication >= USUAL_REPLICATION ? "2" : "1");
    all.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
    NewTopic request = new NewTopic(topic, partitions, (short) replication).configs(all);
    try {
      admin.get().createTopics(List.of(request)).all().get();
      awaitLeaders(topic);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KafkaErrors.translate(e, "creating the topic " + topic);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw KafkaErrors.translate(e, "creating the topic " + topic);
    }
  }

  /**
   * The controller has made the topic when it says so, but the brokers hear of it a little later.
   */
  private void awaitLeaders(String topic) throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    while (true) {
      TopicDescription description = topics.describe(topic);
      if (description != null
          && description.partitions().stream().allMatch(partition -> partition.leader() != null)) {
        return;
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new TidemarkException(
            ErrorCode.LOG_UNAVAILABLE,
            "the topic %s was created but has no leaders after %d ms".formatted(topic, TIMEOUT_MS));
      }
      Thread.sleep(LEADER_POLL_MS);
    }
  }

  private static LogInfo info(TopicDescription topic, RegisteredSchema schema) {
    return new LogInfo(
        topic.name(),
        LogIds.of(topic.topicId()),
        topic.partitions().size(),
        topic.partitions().get(0).replicas().size(),
        schema);
  }
}
