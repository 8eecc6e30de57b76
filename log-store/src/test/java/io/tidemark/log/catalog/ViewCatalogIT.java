package io.tidemark.log.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.broker.EmbeddedKafka;
import io.tidemark.log.LogStore;
import io.tidemark.schemas.SchemaRegistry;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewCatalogIT {
  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private static LogStore logs;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(directory);
    logs = LogStore.connect(kafka.bootstrapServers(), new NoRegistry());
  }

  @AfterAll
  static void stop() {
    if (logs != null) {
      logs.close();
    }
    if (kafka != null) {
      kafka.close();
    }
  }

  @Test
  void aRequestIsAnsweredByWhoeverDecides() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (ViewCatalog asking = ViewCatalog.open(logs);
        ViewCatalog deciding = ViewCatalog.open(logs)) {
      deciding.listen(
          new ViewCatalog.Listener() {
            @Override
            public void onRequest(ViewRequest request) {
              heard.add(request.getView());
            }
          });
      CompletableFuture<ViewAnswer> answer = asking.request(request("1", "asked"));
      Awaitility.await().until(() -> heard.contains("asked"));
      deciding.answer(new ViewAnswer("1", ViewOutcome.CREATED, "", 0, 0));
      assertThat(answer.get(60, TimeUnit.SECONDS).getOutcome()).isEqualTo(ViewOutcome.CREATED);
    }
    try (ViewCatalog later = ViewCatalog.open(logs)) {
      assertThat(requestsHeardBy(later)).as("settled requests").doesNotContain("asked");
    }
  }

  @Test
  void anUnansweredRequestIsToldAgainAfterARestart() {
    try (ViewCatalog asking = ViewCatalog.open(logs)) {
      CompletableFuture<ViewAnswer> unused = asking.request(request("2", "unanswered"));
      Awaitility.await().until(() -> requestsHeardBy(asking).contains("unanswered"));
      assertThat(unused).isNotDone();
    }
    try (ViewCatalog later = ViewCatalog.open(logs)) {
      assertThat(requestsHeardBy(later)).contains("unanswered");
      later.answer(new ViewAnswer("2", ViewOutcome.FAILED, "", 0, 0));
    }
  }

  @Test
  void whatWasPublishedIsShownAtOnceAndAfterARestart() {
    try (ViewCatalog catalog = ViewCatalog.open(logs)) {
      catalog.publish(definition("kept", 1, false));
      catalog.publish(new ViewStatus("kept", 1, 4L, ViewState.RUNNING, "", 0L));
      catalog.publish(definition("gone", 1, false));
      assertThat(catalog.definition("gone")).isPresent();
      catalog.publish(definition("gone", 1, true));
      assertThat(catalog.definition("gone")).isEmpty();
    }
    try (ViewCatalog catalog = ViewCatalog.open(logs)) {
      assertThat(catalog.definitions()).extracting(ViewDefinition::getView).containsExactly("kept");
      assertThat(catalog.status("kept")).get().returns(4L, ViewStatus::getGeneration);
      assertThat(catalog.newestVersion("gone")).as("versions go on growing").isEqualTo(1);
      assertThat(catalog.newestVersion("never")).isZero();
    }
  }

  private static List<String> requestsHeardBy(ViewCatalog catalog) {
    List<String> heard = new CopyOnWriteArrayList<>();
    catalog.listen(
        new ViewCatalog.Listener() {
          @Override
          public void onRequest(ViewRequest request) {
            heard.add(request.getView());
          }
        });
    return heard;
  }

  private static ViewRequest request(String id, String view) {
    return new ViewRequest(id, ViewRequestKind.CREATE, view, "CREATE …");
  }

  private static ViewDefinition definition(String view, int version, boolean dropped) {
    return new ViewDefinition(
        view,
        version,
        dropped,
        "sql",
        "topic",
        4,
        List.of("k"),
        "{}",
        1,
        List.of("a"),
        Map.of("a", 1L),
        false,
        Map.of());
  }

  /** The catalog needs no schemas. */
  private static final class NoRegistry implements SchemaRegistry {
    @Override
    public int register(String subject, Schema schema) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Schema byId(int id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public RegisteredSchema latest(String subject) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<String> incompatibilities(String subject, Schema schema) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
