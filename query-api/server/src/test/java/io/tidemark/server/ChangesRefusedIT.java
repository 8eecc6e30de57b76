package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.client.ChangeFeed;
import io.tidemark.client.TidemarkClient;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.Shards;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.TidemarkException;
import io.tidemark.schemas.catalog.ViewState;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a stream of changes ends or does not begin, and that its reader is always told why. */
class ChangesRefusedIT {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final ChangesConfig CONFIG =
      new ChangesConfig(
          4, BUFFER_BYTES, Duration.ofSeconds(5), Duration.ofMillis(200), Duration.ofHours(1));

  @RegisterExtension static final TestNode node = new TestNode(CONFIG);

  private String log;
  private TestView view;

  @BeforeEach
  void create() throws Exception {
    log = node.createLog(1);
    view = new TestView(node, "v_" + log, 1, 1, log);
    view.beginAll(Position.empty());
    show(1);
  }

  @AfterEach
  void close() {
    view.close();
  }

  private void show(long value) {
    view.row("A", 0, value);
    view.progressAll(Position.empty());
    await().until(() -> node.get(path("/rows/A/0")).body().at("/row/flights").asLong() == value);
  }

  private String path(String rest) {
    return "/v1/views/" + view.name + rest;
  }

  private ChangeReader reader(String parameters) throws Exception {
    ChangeReader reader = new ChangeReader(node, path("/changes" + parameters));
    reader.connect();
    return reader;
  }

  private static void assertError(JsonNode problem, String code, String retry) {
    assertThat(problem.path("code").asText()).as(problem.toString()).isEqualTo(code);
    assertThat(problem.path("retry").asText()).isEqualTo(retry);
    assertThat(problem.path("detail").asText()).isNotEmpty();
  }

  private void assertRefused(int status, String code, String parameters, String... headers)
      throws Exception {
    TestNode.Answer answer = node.get(path("/changes" + parameters), headers);
    assertThat(answer.code()).as(answer.detail()).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void whatCannotBeginIsRefused() throws Exception {
    assertThat(node.get("/v1/views/nothing/changes").code()).isEqualTo("UNKNOWN_VIEW");
    assertRefused(400, "INVALID_REQUEST", "?from=yesterday");
    assertRefused(400, "INVALID_REQUEST", "?since=now");
    assertRefused(400, "INVALID_TOKEN", "?from=token:x");
    assertRefused(400, "INVALID_TOKEN", "", Call.LAST_EVENT_ID_HEADER, "x");
    assertRefused(400, "INVALID_KEY", "?prefix=a/b/c");
    assertRefused(
        400,
        "FOREIGN_TOKEN",
        "",
        Call.LAST_EVENT_ID_HEADER,
        node.foreign("elsewhere", Position.empty()).encode());
    String mine = node.get(path("/rows/A/0")).token();
    assertRefused(400, "INVALID_REQUEST", "?from=token:" + mine, Call.TOKEN_HEADER, mine);
    Token ahead = node.token(Position.of(Shards.changelog(view.name, 1), 0, 1_000));
    assertRefused(
        409, "TOKEN_AHEAD", "?timeoutMs=60000", Call.LAST_EVENT_ID_HEADER, ahead.encode());
    await().until(() -> gauge("tidemark_changes_streams") == 0);
  }

  @Test
  void aStreamOfADroppedViewEndsAndAReplacedViewIsNoContinuation() throws Exception {
    try (ChangeReader reader = reader("?from=start")) {
      reader.progress();
      view.drop();
      ChangeReader.Event end = reader.nextNoRow();
      assertThat(end.name()).isEqualTo("error");
      assertError(end.data(), "UNKNOWN_VIEW", "never");
      assertThatThrownBy(reader::next).isInstanceOf(java.io.IOException.class);
      try (TestView again = new TestView(node, view.name, 2, 1, log)) {
        again.beginAll(Position.empty());
        await()
            .until(
                () ->
                    node.get(path("/changes"), Call.LAST_EVENT_ID_HEADER, reader.lastId)
                        .code()
                        .equals("CHANGES_GONE"));
        assertRefused(410, "CHANGES_GONE", "?from=token:" + reader.lastId);
      }
    }
  }

  @Test
  void aNewVersionEndsTheStreamOfTheOldOne() throws Exception {
    try (ChangeReader reader = reader("?from=start")) {
      reader.progress();
      try (TestView again = new TestView(node, view.name, 2, 1, log)) {
        assertError(reader.nextNoRow().data(), "UNKNOWN_VIEW", "never");
        again.beginAll(Position.empty());
      }
    }
  }

  @Test
  void aFailedJobIsToldAndAnIdleStreamBeats() throws Exception {
    try (ChangeReader reader = reader("")) {
      reader.progress();
      for (int beats = 0; beats < 3; beats++) {
        assertThat(reader.next().name()).isEqualTo(ChangeReader.COMMENT);
      }
      view.status(ViewState.FAILED, "a bad event");
      ChangeReader.Event end = reader.nextNoRow();
      assertError(end.data(), "VIEW_FAILED", "later");
      assertThat(end.data().path("detail").asText()).contains("a bad event");
    }
  }

  @Test
  void whatIsNotKeptIsNotPassedOver() throws Exception {
    node.restartNode(
        new ChangesConfig(
            4, BUFFER_BYTES, CONFIG.stallTimeout(), CONFIG.heartbeat(), Duration.ZERO));
    try {
      String first = aProgress();
      // Nothing has changed since, so nothing is missing.
      try (ChangeReader reader = new ChangeReader(node, path("/changes"))) {
        reader.lastId = first;
        reader.connect();
        show(2);
        assertThat(reader.progress()).containsEntry("A0", 2L);
      }
      // The store gives up what it need not keep when it looks after itself.
      await()
          .until(
              () -> {
                show(System.nanoTime());
                return isGone(first);
              });
      assertRefused(410, "CHANGES_GONE", "", Call.LAST_EVENT_ID_HEADER, first);
    } finally {
      node.restartNode(CONFIG);
    }
  }

  private String aProgress() throws Exception {
    try (ChangeReader reader = reader("?from=start")) {
      reader.progress();
      return reader.lastId;
    }
  }

  private boolean isGone(String id) throws Exception {
    try (ChangeReader reader = new ChangeReader(node, path("/changes"))) {
      reader.lastId = id;
      reader.connect();
      return false;
    } catch (AssertionError refused) {
      assertThat(refused).hasMessageContaining("CHANGES_GONE");
      return true;
    }
  }

  @Test
  void tooManyStreamsAreRefusedAndAPlaceIsGivenBack() throws Exception {
    ChangeReader[] readers = new ChangeReader[CONFIG.maxStreams()];
    for (int i = 0; i < readers.length; i++) {
      readers[i] = reader("");
    }
    assertRefused(503, "OVERLOADED", "");
    for (ChangeReader reader : readers) {
      reader.close();
    }
    await().until(() -> gauge("tidemark_changes_streams") == 0);
    reader("").close();
  }

  @Test
  void aReaderThatTakesNothingIsCutOffAndTold() throws Exception {
    String origin = "x".repeat(400);
    for (int dest = 0; dest < 16_000; dest++) {
      view.row(origin, dest, dest);
    }
    view.progressAll(Position.empty());
    await().until(() -> node.get(path("/rows/" + origin + "/15999")).body().path("row").isObject());
    try (Socket slow = new Socket()) {
      slow.setReceiveBufferSize(4 << 10);
      slow.connect(new InetSocketAddress("127.0.0.1", node.uri().getPort()));
      slow.getOutputStream()
          .write(
              ("GET " + path("/changes?from=start") + " HTTP/1.1\r\nHost: x\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      double most = await().until(() -> gauge("tidemark_changes_unsent_bytes"), bytes -> bytes > 0);
      while (gauge("tidemark_changes_streams") > 0) {
        most = Math.max(most, gauge("tidemark_changes_unsent_bytes"));
      }
      System.out.println("a reader that took nothing: at most " + most + " bytes unsent");
      assertThat(most).isBetween(1.0, (double) BUFFER_BYTES);
      slow.setSoTimeout(20_000);
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(slow.getInputStream(), StandardCharsets.UTF_8));
      String end = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        end = line.contains("TOO_SLOW") ? line : end;
        if (!end.isEmpty()) {
          break;
        }
      }
      assertError(Json.MAPPER.readTree(end.substring("data: ".length())), "TOO_SLOW", "now");
    }
  }

  @Test
  void theClientGivesTypedErrorsAndEndsWhenItIsClosed() throws Exception {
    TidemarkClient client = TidemarkClient.of(node.uri());
    assertThatThrownBy(() -> client.changes("nothing"))
        .isInstanceOfSatisfying(
            TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_VIEW));
    ChangeFeed closed = client.changes(view.name);
    assertThat(closed.next().progress()).isPresent();
    CompletableFuture<?> waiting = CompletableFuture.supplyAsync(closed::next);
    assertThat(waiting).isNotDone();
    closed.close();
    assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(IllegalStateException.class);
    try (ChangeFeed feed = client.changes(view.name, "A")) {
      assertThat(feed.next().rows()).isEmpty();
      view.drop();
      assertThatThrownBy(feed::next)
          .isInstanceOfSatisfying(
              TidemarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_VIEW));
    }
  }

  private static double gauge(String name) throws Exception {
    String metrics = new String(node.get("/metrics").response().body(), StandardCharsets.UTF_8);
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }
}
