package io.tidemark.views;

import io.tidemark.log.LogStore;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewDefinition;
import io.tidemark.schemas.catalog.ViewOutcome;
import io.tidemark.schemas.catalog.ViewRequest;
import io.tidemark.schemas.catalog.ViewRequestKind;
import io.tidemark.schemas.catalog.ViewState;
import io.tidemark.schemas.catalog.ViewStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about views and keeps their jobs running: the one place of a cluster where requests of
 * the {@link ViewCatalog} are answered. Thread-safe.
 *
 * <p>On start it brings the jobs of all live definitions up, each from its newest checkpoint. Then
 * it answers requests, and publishes how the jobs are doing. What concerns one view happens one
 * after the other; different views do not wait for each other.
 */
public final class Deployer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);
  private static final int THREADS = 4;
  private static final long WATCH_MS = 500;
  private static final long AGAIN_MS = 2_000;

  /**
   * What a deployer works with; it closes none of it.
   *
   * @param registry opens a registry client where a job's task runs
   * @param checkpoints directory for the checkpoints of all views; on a file system that the
   *     cluster shares
   */
  public record Config(
      LogStore logs,
      ViewCatalog catalog,
      FlinkCluster cluster,
      RegistryFactory registry,
      Path checkpoints) {}

  private final LogStore logs;
  private final ViewCatalog catalog;
  private final FlinkCluster cluster;
  private final ViewPlanner planner;
  private final JobStarter starter;
  private final ConcurrentMap<String, ViewJob> jobs = new ConcurrentHashMap<>();
  private final KeyedExecutor work = new KeyedExecutor("tidemark-deployer", THREADS);
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(KeyedExecutor.daemons("tidemark-job-watch"));
  private volatile boolean closing;

  /** Held while it is decided that a view may begin to read others, or may be dropped. */
  private final Object lineage = new Object();

  private Deployer(Config config) {
    this.logs = config.logs();
    this.catalog = config.catalog();
    this.cluster = config.cluster();
    this.planner = new ViewPlanner(logs, catalog, config.registry());
    this.starter = new JobStarter(planner, catalog, cluster, config.checkpoints());
  }

  /**
   * Starts deploying; returns while the jobs of known views come up. Only one deployer may run for
   * a cluster: what an earlier one has left running there ends first.
   *
   * @throws IllegalStateException when the cluster does not answer
   */
  public static Deployer start(Config config) {
    try {
      JobStarter.await(config.cluster().begin());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ending the jobs of before", e);
    }
    Deployer deployer = new Deployer(config);
    deployer.reconcile();
    return deployer;
  }

  /** Stops deciding and watching. The jobs run on until their cluster is closed. */
  @Override
  public void close() {
    closing = true;
    watch.shutdownNow();
    work.close();
  }

  private void reconcile() {
    boolean[] started = {false};
    catalog.listen(
        new ViewCatalog.Listener() {
          @Override
          public void onDefinition(ViewDefinition definition) {
            if (!started[0]) {
              work.execute(definition.getView(), () -> bringUp(definition));
            }
          }

          @Override
          public void onRequest(ViewRequest request) {
            work.execute(request.getView(), () -> decide(request));
          }
        });
    started[0] = true;
    if (catalog.definitions().isEmpty()) {
      warmUp();
    }
    watch.scheduleWithFixedDelay(this::watchAll, WATCH_MS, WATCH_MS, TimeUnit.MILLISECONDS);
  }

  /** Somebody who has no view yet makes one soon. With views their own planning does the same. */
  private void warmUp() {
    Thread thread =
        new Thread(
            () -> {
              try {
                planner.warmUp();
              } catch (RuntimeException e) {
                LOG.warn("Cannot plan a view of no log; the first view takes longer", e);
              }
            },
            "tidemark-planner-warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  private void bringUp(ViewDefinition definition) throws InterruptedException {
    if (definition.getDropped()) {
      cleanUp(definition);
      return;
    }
    try {
      jobs.put(definition.getView(), starter.start(definition));
    } catch (RuntimeException | Error e) {
      if (closing) {
        LOG.info("View {} was not up yet; the next deployer brings it up", definition.getView());
        return;
      }
      LOG.error("View {} does not start", definition.getView(), e);
      if (isFinal(e)) {
        publish(definition, ViewState.FAILED, String.valueOf(e.getMessage()));
      } else {
        // Kafka, the registry, Flink or a disk was away, as may be while they start themselves.
        bringUpLater(definition, String.valueOf(e.getMessage()));
      }
    }
  }

  private void bringUpLater(ViewDefinition definition, String why) {
    watch.schedule(() -> bringUpAgain(definition), AGAIN_MS, TimeUnit.MILLISECONDS);
    publish(definition, ViewState.RESTARTING, why);
  }

  /** Whether another try can do nothing about it. */
  private static boolean isFinal(Throwable e) {
    return e instanceof SqlException
        || (e instanceof TidemarkException known && known.code() == ErrorCode.LOG_RECREATED);
  }

  private void bringUpAgain(ViewDefinition definition) {
    work.execute(
        definition.getView(),
        () -> {
          if (catalog.definition(definition.getView()).filter(definition::equals).isPresent()) {
            bringUp(definition);
          }
        });
  }

  private void decide(ViewRequest request) throws InterruptedException {
    ViewAnswer answer;
    try {
      answer = request.getKind() == ViewRequestKind.CREATE ? create(request) : drop(request);
    } catch (SqlException e) {
      answer =
          answer(request, ViewOutcome.INVALID_SQL, String.valueOf(e.getMessage()))
              .setLine(e.line())
              .setColumn(e.column())
              .build();
    } catch (RuntimeException | Error e) {
      if (closing) {
        // Without an answer the request is told again to the next deployer.
        LOG.info("The request for view {} is left to the next deployer", request.getView());
        return;
      }
      LOG.error("The request {} for view {} failed", request.getKind(), request.getView(), e);
      answer = answer(request, ViewOutcome.FAILED, String.valueOf(e.getMessage())).build();
    }
    catalog.answer(answer);
  }

  private ViewAnswer create(ViewRequest request) throws InterruptedException {
    String view = request.getView();
    Optional<ViewDefinition> present = catalog.definition(view);
    if (present.isPresent()) {
      boolean same = present.get().getSql().equals(request.getSql());
      return same
          ? answer(request, ViewOutcome.UNCHANGED, "").build()
          : answer(
                  request,
                  ViewOutcome.NAME_TAKEN,
                  "there is a view '%s' with another definition; drop it first, or use another name"
                      .formatted(view))
              .build();
    }
    ViewPlan plan = planner.plan(request.getSql());
    if (!plan.statement().view().equals(view)) {
      throw new SqlException(
          "the statement creates view '%s', but the request is for '%s'"
              .formatted(plan.statement().view(), view));
    }
    ViewDefinition definition = defineAndPublish(plan, request.getSql());
    ViewJob job;
    try {
      job = starter.start(definition);
    } catch (RuntimeException | Error e) {
      // There is a definition now, so there is to be a job, too.
      bringUpLater(definition, String.valueOf(e.getMessage()));
      throw e;
    }
    jobs.put(view, job);
    return job.published().getState() == ViewState.FAILED
        ? answer(request, ViewOutcome.FAILED, job.published().getMessage()).build()
        : answer(request, ViewOutcome.CREATED, "").build();
  }

  private ViewDefinition defineAndPublish(ViewPlan plan, String sql) {
    synchronized (lineage) {
      for (String source : plan.sources()) {
        if (Shards.isChangelog(source)
            && catalog
                .definition(Shards.viewOf(source))
                .filter(view -> view.getChangelog().equals(source))
                .isEmpty()) {
          throw new SqlException(
              "view '%s', which the query reads, has been dropped just now"
                  .formatted(Shards.viewOf(source)));
        }
      }
      ViewDefinition definition = define(plan, sql);
      catalog.publish(definition);
      return definition;
    }
  }

  private ViewDefinition define(ViewPlan plan, String sql) {
    String view = plan.statement().view();
    int version = catalog.newestVersion(view) + 1;
    String changelog = Shards.changelog(view, version);
    int shards = ViewOptions.parse(plan.options()).shards();
    // Not compacted: see docs/changelog-retention.md.
    logs.createInternalTopic(
        changelog,
        shards,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            "-1"));
    int schemaId =
        logs.registry().register(SchemaRegistry.valueSubject(changelog), plan.rowSchema());
    return ViewDefinition.newBuilder()
        .setView(view)
        .setVersion(version)
        .setDropped(false)
        .setSql(sql)
        .setChangelog(changelog)
        .setShards(shards)
        .setKeyColumns(plan.keyColumns())
        .setRowSchema(plan.rowSchema().toString())
        .setRowSchemaId(schemaId)
        .setSources(plan.sources())
        .setLogIds(plan.logIds().toMap())
        .setExact(plan.exact())
        .setOptions(plan.options())
        .build();
  }

  private ViewAnswer drop(ViewRequest request) throws InterruptedException {
    Optional<ViewDefinition> present = catalog.definition(request.getView());
    if (present.isEmpty()) {
      return answer(
              request,
              ViewOutcome.UNKNOWN_VIEW,
              "there is no view '%s'".formatted(request.getView()))
          .build();
    }
    ViewDefinition dropped = ViewDefinition.newBuilder(present.get()).setDropped(true).build();
    synchronized (lineage) {
      List<String> readers = readers(present.get());
      if (!readers.isEmpty()) {
        return answer(
                request,
                ViewOutcome.IN_USE,
                "view '%s' is read by %s; drop %s first"
                    .formatted(
                        request.getView(),
                        String.join(", ", readers),
                        readers.size() == 1 ? "that one" : "those"))
            .build();
      }
      catalog.publish(dropped);
    }
    ViewJob job = jobs.remove(request.getView());
    if (job != null) {
      JobStarter.await(cluster.cancel(job.id()));
      catalog.publish(
          ViewStatus.newBuilder(job.published())
              .setState(ViewState.DROPPED)
              .setMessage("")
              .build());
    }
    cleanUp(dropped);
    return answer(request, ViewOutcome.DROPPED, "").build();
  }

  /** The views that read this one, at whatever distance, in order of name. */
  private List<String> readers(ViewDefinition view) {
    return catalog.definitions().stream()
        .filter(other -> other.getSources().contains(view.getChangelog()))
        .map(ViewDefinition::getView)
        .toList();
  }

  /** Nobody may find anything of a dropped view; done again on every start, in case of a crash. */
  private void cleanUp(ViewDefinition dropped) {
    logs.deleteInternalTopic(dropped.getChangelog());
    starter.checkpoints(dropped).delete();
  }

  private void publish(ViewDefinition definition, ViewState state, String message) {
    catalog
        .status(definition.getView())
        .ifPresent(
            last ->
                catalog.publish(
                    ViewStatus.newBuilder(last).setState(state).setMessage(message).build()));
  }

  private void watchAll() {
    jobs.forEach(
        (view, job) -> {
          try {
            watch(view, settled(view, job));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            LOG.warn("Cannot tell how view {} is doing; trying again", view, e);
          }
        });
  }

  private ViewJob settled(String view, ViewJob job) {
    ViewJob settled = starter.settle(job);
    return settled.equals(job) || !jobs.replace(view, job, settled) ? job : settled;
  }

  private void watch(String view, ViewJob job) throws InterruptedException {
    if (job.published().getState() == ViewState.FAILED) {
      return;
    }
    FlinkCluster.JobState now = JobStarter.await(cluster.state(job.id()));
    boolean over =
        now.phase() == FlinkCluster.Phase.FAILED || now.phase() == FlinkCluster.Phase.GONE;
    if (over && !now.failure().map(JobFailures::isFinal).orElse(false)) {
      // Flink has given it up, or forgotten it with a job manager that was started again.
      if (jobs.remove(view, job)) {
        bringUpLater(job.definition(), JobFailures.describe(now.failure()));
      }
      return;
    }
    ViewState state =
        switch (now.phase()) {
          case RUNNING -> ViewState.RUNNING;
          case STARTING, RESTARTING -> ViewState.RESTARTING;
          case FAILED, GONE -> ViewState.FAILED;
        };
    ViewStatus status =
        ViewStatus.newBuilder(job.published())
            .setState(state)
            .setMessage(state == ViewState.RUNNING ? "" : JobFailures.describe(now.failure()))
            .setSkippedEvents(Math.max(job.published().getSkippedEvents(), now.skippedEvents()))
            .build();
    ViewJob told = job.published(status);
    if (!status.equals(job.published()) && jobs.replace(view, job, told)) {
      try {
        catalog.publish(status);
      } catch (RuntimeException e) {
        // Nobody has been told, so the next look must find that there is something to tell.
        jobs.replace(view, told, job);
        throw e;
      }
    }
  }

  private static ViewAnswer.Builder answer(
      ViewRequest request, ViewOutcome outcome, String message) {
    return ViewAnswer.newBuilder()
        .setId(request.getId())
        .setOutcome(outcome)
        .setMessage(message)
        .setLine(0)
        .setColumn(0);
  }
}
