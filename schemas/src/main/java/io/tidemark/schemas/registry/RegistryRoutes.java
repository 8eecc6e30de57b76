package io.tidemark.schemas.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths of Confluent's REST API, each with its {@link Answers answer}.
 *
 * <p>What waits for Kafka runs on worker threads of its own, so that reads of what is here go on
 * when Kafka does not answer. A read that finds nothing looks again after catching up with the
 * topic: what another instance has acknowledged is never denied.
 */
final class RegistryRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryRoutes.class);
  private static final int KAFKA_WORKERS = 8;
  private static final int MAX_BODY_BYTES = 16 << 20;

  private static final String VERSIONS = "/subjects/:subject/versions";
  private static final String VERSION = VERSIONS + "/:version";

  private final Answers answers;
  private final TopicStore store;
  private final Router router;
  private final WorkerExecutor kafkaWorkers;
  private final ObjectMapper json = new ObjectMapper();

  private RegistryRoutes(
      Answers answers, TopicStore store, Router router, WorkerExecutor kafkaWorkers) {
    this.kafkaWorkers = kafkaWorkers;
    this.answers = answers;
    this.store = store;
    this.router = router;
  }

  static Router router(Vertx vertx, Answers answers, TopicStore store) {
    Router router = Router.router(vertx);
    WorkerExecutor kafkaWorkers =
        vertx.createSharedWorkerExecutor("tidemark-registry-kafka", KAFKA_WORKERS);
    new RegistryRoutes(answers, store, router, kafkaWorkers).mount();
    return router;
  }

  private void mount() {
    router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
    mountSchemas();
    mountSettings("/config", answers::level, answers::setLevel, answers::deleteLevel);
    mountSettings("/mode", answers::mode, answers::setMode, answers::deleteMode);
    refuseAs(400, "The request is malformed.");
    refuseAs(404, "No such path.");
    refuseAs(405, "The path does not take this method.");
    refuseAs(413, "The body is larger than " + MAX_BODY_BYTES + " bytes.");
    router.errorHandler(500, context -> fail(exchange(context), context.failure()));
  }

  private void mountSchemas() {
    read(HttpMethod.GET, "/", exchange -> Map.of());
    read(HttpMethod.GET, "/contexts", exchange -> List.of("."));
    read(HttpMethod.GET, "/subjects", answers::subjects);
    read(HttpMethod.POST, "/subjects/:subject", answers::lookUp);
    write(HttpMethod.DELETE, "/subjects/:subject", answers::deleteSubject);
    read(HttpMethod.GET, VERSIONS, answers::versions);
    write(HttpMethod.POST, VERSIONS, answers::register);
    read(HttpMethod.GET, VERSION, answers::version);
    write(HttpMethod.DELETE, VERSION, answers::deleteVersion);
    read(HttpMethod.GET, VERSION + "/schema", answers::versionText);
    read(HttpMethod.GET, VERSION + "/referencedby", answers::referrers);
    read(HttpMethod.GET, "/schemas", answers::schemas);
    read(HttpMethod.GET, "/schemas/types", exchange -> List.of(SchemaContent.AVRO));
    read(HttpMethod.GET, "/schemas/ids/:id", answers::schemaOfId);
    read(HttpMethod.GET, "/schemas/ids/:id/schema", answers::textOfId);
    read(HttpMethod.GET, "/schemas/ids/:id/versions", answers::versionsOfId);
    read(HttpMethod.GET, "/schemas/ids/:id/subjects", answers::subjectsOfId);
    read(HttpMethod.POST, "/compatibility" + VERSIONS, answers::compatibility);
    read(HttpMethod.POST, "/compatibility" + VERSION, answers::compatibilityWithOne);
  }

  private void mountSettings(
      String root,
      Function<Exchange, Object> get,
      Function<Exchange, Object> put,
      Function<Exchange, Object> delete) {
    for (String path : List.of(root, root + "/:subject")) {
      read(HttpMethod.GET, path, get);
      write(HttpMethod.PUT, path, put);
      write(HttpMethod.DELETE, path, delete);
    }
  }

  private void read(HttpMethod method, String path, Function<Exchange, Object> answer) {
    router
        .route(method, path)
        .blockingHandler(
            context -> {
              Exchange exchange = exchange(context);
              try {
                exchange.answer(answer.apply(exchange));
              } catch (RegistryError e) {
                if (e.status() == 404) {
                  lookAgain(exchange, answer);
                } else {
                  exchange.refuse(e);
                }
              } catch (RuntimeException e) {
                fail(exchange, e);
              }
            },
            false);
  }

  private void lookAgain(Exchange exchange, Function<Exchange, Object> answer) {
    answerWithKafka(
        exchange,
        again -> {
          store.catchUp();
          return answer.apply(again);
        });
  }

  private void write(HttpMethod method, String path, Function<Exchange, Object> answer) {
    router.route(method, path).handler(context -> answerWithKafka(exchange(context), answer));
  }

  private void answerWithKafka(Exchange exchange, Function<Exchange, Object> answer) {
    kafkaWorkers
        .executeBlocking(() -> answer.apply(exchange), false)
        .onSuccess(exchange::answer)
        .onFailure(failure -> fail(exchange, failure));
  }

  private Exchange exchange(RoutingContext context) {
    return new Exchange(context, json);
  }

  private void refuseAs(int status, String message) {
    router.errorHandler(
        status, context -> exchange(context).refuse(new RegistryError(status, message)));
  }

  private static void fail(Exchange exchange, Throwable failure) {
    if (failure instanceof RegistryError error) {
      exchange.refuse(error);
    } else {
      LOG.error("The registry failed to answer", failure);
      exchange.refuse(RegistryError.store("The registry failed: " + failure));
    }
  }
}
