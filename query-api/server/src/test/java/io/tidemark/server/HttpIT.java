package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.tidemark.log.LogStore;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.catalog.ViewCatalog;
import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.catalog.ViewAnswer;
import io.tidemark.schemas.catalog.ViewOutcome;
import io.tidemark.schemas.catalog.ViewRequest;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The HTTP interface: what it answers, and what it says about bad input. */
class HttpIT {
  private static final String SCHEMA =
      """
      {"type":"record","name":"Flight","fields":[
        {"name":"origin","type":"string"},{"name":"delay","type":"int"}]}""";

  @TempDir static Path directory;
  @RegisterExtension static final TestNode node = new TestNode();
  private static TestView view;

  @BeforeAll
  static void start() throws Exception {
    node.put("/v1/logs/flights", "{\"schema\":" + SCHEMA + ",\"partitions\":2}");
    view = new TestView(node, "routes", 1, 3, "flights");
    view.beginAll(Position.empty());
    for (String origin : List.of("LAS", "LAX", "LA/X", "..", "", "PHL", "ÄÖ ü+%")) {
      for (int dest = 0; dest < 3; dest++) {
        view.row(origin, dest, origin.length() * 10L + dest);
      }
    }
    view.progressAll(Position.empty());
    await().until(() -> scan("?limit=1000").path("rows").size() == 21);
  }

  @AfterAll
  static void stop() {
    view.close();
  }

  private static JsonNode scan(String query) throws Exception {
    return node.get("/v1/views/routes/rows" + query).body();
  }

  private static List<String> keys(JsonNode page) {
    List<String> keys = new ArrayList<>();
    page.path("rows")
        .forEach(
            row ->
                keys.add(
                    row.path("key").path("origin").asText()
                        + row.path("key").path("dest").asInt()));
    return keys;
  }

  // ---- logs

  @Test
  void aLogIsCreatedOnceAndFoundAgain() throws Exception {
    String body = "{\"schema\":" + SCHEMA + ",\"partitions\":3,\"replication\":1}";
    TestNode.Answer created = node.put("/v1/logs/twice", body);
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.body().path("partitions").asInt()).isEqualTo(3);
    assertThat(node.put("/v1/logs/twice", body).status()).isEqualTo(200);
    String asText = Json.MAPPER.writeValueAsString(SCHEMA);
    assertThat(node.put("/v1/logs/twice", "{\"schema\":" + asText + ",\"partitions\":3}").status())
        .isEqualTo(200);
    TestNode.Answer other = node.put("/v1/logs/twice", body.replace("3", "4"));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo("LOG_EXISTS");
    assertThat(node.get("/v1/logs/twice").body().path("schema").path("name").asText())
        .isEqualTo("Flight");
    assertThat(node.get("/v1/logs").body().path("logs").findValuesAsText("log"))
        .contains("flights", "twice");
  }

  @Test
  void eventsAreAppendedAsJsonAndAsLines() throws Exception {
    node.put("/v1/logs/appended", "{\"schema\":" + SCHEMA + ",\"partitions\":1}");
    TestNode.Answer json =
        node.post(
            "/v1/logs/appended/events",
            "{\"events\":[{\"key\":\"LAS\",\"value\":{\"origin\":\"LAS\",\"delay\":7}}]}",
            "Content-Type",
            "application/json");
    assertThat(json.status()).as(json.detail()).isEqualTo(200);
    assertThat(json.body().path("appended").asInt()).isEqualTo(1);
    assertThat(Token.parse(json.body().path("token").asText()).position())
        .isEqualTo(Position.of("appended", 0, 1));
    String line = "{\"key\":\"LAS\",\"value\":{\"origin\":\"LAS\",\"delay\":7}}\n";
    TestNode.Answer lines =
        node.post(
            "/v1/logs/appended/events",
            line + "\n" + line,
            "Content-Type",
            "application/x-ndjson; charset=utf-8");
    assertThat(lines.body().path("appended").asInt()).isEqualTo(2);
    assertThat(Token.parse(lines.token()).position()).isEqualTo(Position.of("appended", 0, 3));
    TestNode.Answer atomic =
        node.post(
            "/v1/logs/appended/events", "{\"atomic\":true,\"events\":[" + line + "," + line + "]}");
    assertThat(Token.parse(atomic.token()).position()).isEqualTo(Position.of("appended", 0, 5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          nowhere | {"events":[{"key":"k","value":{}}]} | 404 | UNKNOWN_LOG | nowhere
          flights | {"events":[{"key":"k","value":{"origin":"LAS","delay":"x"}}]} | 422 | SCHEMA_MISMATCH | events[0].value.delay
          flights | {"events":[{"key":"k","value":{"origin":"LAS"}}]} | 422 | SCHEMA_MISMATCH | delay
          flights | {"events":[{"key":"k","value":{"origin":"LAS","delay":1,"more":2}}]} | 422 | SCHEMA_MISMATCH | more
          flights | {"events":[{"key":7,"value":{}}]} | 400 | INVALID_REQUEST | events[0]: 'key'
          flights | {"events":[{"key":"k"}]} | 400 | INVALID_REQUEST | 'value' is missing
          flights | {"events":[{"key":"k","value":{},"offset":1}]} | 400 | INVALID_REQUEST | 'offset'
          flights | {"event":[]} | 400 | INVALID_REQUEST | 'event'
          flights | {"events":{}} | 400 | INVALID_REQUEST | 'events', an array
          flights | [] | 400 | INVALID_REQUEST | got an array
          flights | {"events":[ | 400 | INVALID_REQUEST | line 1, column
          flights | {"events":[],"events":[]} | 400 | INVALID_REQUEST | Duplicate
          flights | {"events":[]} x | 400 | INVALID_REQUEST | not JSON
          flights | {"events":[{"key":"k","value":{"origin":"LAS","delay":1},"log":"gone"}]} | 404 | UNKNOWN_LOG | gone
          """)
  void eventsThatDoNotFitAreRefused(String log, String body, int status, String code, String detail)
      throws Exception {
    TestNode.Answer answer = node.post("/v1/logs/" + log + "/events", body);
    assertThat(answer.detail()).contains(detail);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void aBadLineIsNamed() throws Exception {
    String good = "{\"key\":\"k\",\"value\":{\"origin\":\"LAS\",\"delay\":1}}\n";
    TestNode.Answer mismatch =
        node.post(
            "/v1/logs/flights/events",
            good + good.replace("1", "\"1\""),
            "Content-Type",
            "application/x-ndjson");
    assertThat(mismatch.detail()).contains("line 2.value.delay");
    TestNode.Answer garbled =
        node.post("/v1/logs/flights/events", good + "{]", "Content-Type", "application/x-ndjson");
    assertThat(garbled.body().path("line").asInt()).isEqualTo(2);
    assertThat(garbled.body().path("column").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          bad/name | {"schema":"\\"string\\""} | 404 | INVALID_REQUEST
          _bad | {"schema":{"type":"record","name":"R","fields":[]}} | 400 | INVALID_NAME
          new | {"schema":{"type":"recod"}} | 422 | INVALID_SCHEMA
          new | {"schema":"\\"string\\""} | 422 | INVALID_SCHEMA
          new | {"partitions":1} | 400 | INVALID_REQUEST
          new | {"schema":{"type":"record","name":"R","fields":[]},"partitions":0} | 400 | INVALID_REQUEST
          new | {"schema":{"type":"record","name":"R","fields":[]},"partitions":1.5} | 400 | INVALID_REQUEST
          new | {"schema":{"type":"record","name":"R","fields":[]},"partition":1} | 400 | INVALID_REQUEST
          flights | {"schema":{"type":"record","name":"Flight","fields":[{"name":"origin","type":"int"}]},"partitions":2} | 409 | INCOMPATIBLE_SCHEMA
          """)
  void logsThatCannotBeAreRefused(String log, String body, int status, String code)
      throws Exception {
    TestNode.Answer answer = node.put("/v1/logs/" + log, body);
    assertThat(answer.code()).as(answer.detail()).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(status);
  }

  // ---- rows

  @Test
  void keysAreTakenAsTheyWereSent() throws Exception {
    for (String origin : List.of("LAS", "LA/X", "..", "", "ÄÖ ü+%")) {
      JsonNode body =
          node.get("/v1/views/routes/rows/" + TestNode.encode(origin).replace(".", "%2E") + "/2")
              .body();
      assertThat(body.path("key").path("origin").asText()).isEqualTo(origin);
      assertThat(body.path("row").path("flights").asLong()).isEqualTo(origin.length() * 10L + 2);
    }
  }

  @Test
  void aPlusInAPathIsAPlus() throws Exception {
    JsonNode body = raw("GET", "/v1/views/routes/rows/%C3%84%C3%96%20%C3%BC+%25/2", "").body();
    assertThat(body.path("row").path("flights").asLong()).isEqualTo(62);
  }

  @Test
  void aBatchAnswersInTheOrderOfItsKeys() throws Exception {
    TestNode.Answer answer =
        node.post(
            "/v1/views/routes/rows:batchGet",
            "{\"keys\":[[\"PHL\",1],[\"XXX\",9],[\"LAS\",0],[\"PHL\",1]]}");
    assertThat(keys(answer.body())).containsExactly("PHL1", "XXX9", "LAS0", "PHL1");
    assertThat(answer.body().path("rows").path(0).path("row").path("flights").asLong())
        .isEqualTo(31);
    assertThat(answer.body().path("rows").path(1).path("row").isNull()).isTrue();
    assertThat(answer.body().path("read").path("token").asText()).isEqualTo(answer.token());
  }

  @Test
  void aScanGoesThroughAllShardsInKeyOrder() throws Exception {
    List<String> whole = keys(scan("?limit=1000"));
    assertThat(whole)
        .containsExactly(
            "0", "1", "2", "..0", "..1", "..2", "LA/X0", "LA/X1", "LA/X2", "LAS0", "LAS1", "LAS2",
            "LAX0", "LAX1", "LAX2", "PHL0", "PHL1", "PHL2", "ÄÖ ü+%0", "ÄÖ ü+%1", "ÄÖ ü+%2");
    List<String> paged = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = scan("?limit=4" + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
      assertThat(page.path("rows").size()).isBetween(1, 4);
      paged.addAll(keys(page));
      cursor = page.path("cursor").asText();
    } while (!cursor.isEmpty());
    assertThat(paged).isEqualTo(whole);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LA      | LAS0 LAS1 LAS2 LAX0 LAX1 LAX2 | 9
          LAS     | LAS0 LAS1 LAS2 | 3
          LA/     | '' | 0
          LAS/1   | LAS1 | 1
          LAS/    | LAS0 LAS1 LAS2 | 3
          LA%252FX | LA/X0 LA/X1 LA/X2 | 3
          """)
  void aPrefixIsAPathOfKeyColumns(String prefix, String expected, int count) throws Exception {
    List<String> keys = keys(scan("?prefix=" + prefix));
    assertThat(keys).hasSize(count);
    if (count > 0) {
      assertThat(keys).containsAll(List.of(expected.split(" ")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /v1/views/nothing/rows/LAS/1 | 404 | UNKNOWN_VIEW | the views are routes
          /v1/views/nothing/rows | 404 | UNKNOWN_VIEW | nothing
          /v1/views/nothing | 404 | UNKNOWN_VIEW | nothing
          /v1/logs/nothing | 404 | UNKNOWN_LOG | nothing
          /v1/views/routes/rows/LAS | 400 | INVALID_KEY | got 1 column; the key columns are origin (string), dest (int)
          /v1/views/routes/rows/LAS/1/2 | 400 | INVALID_KEY | got 3 columns
          /v1/views/routes/rows/LAS/x | 400 | INVALID_KEY | dest
          /v1/views/routes/rows/LAS/99999999999 | 400 | INVALID_KEY | dest
          /v1/views/routes/rows/LAS/1?consistency=best | 400 | UNKNOWN_LEVEL | eventual, bounded, session, strong, snapshot
          /v1/views/routes/rows/LAS/1?consistency= | 400 | UNKNOWN_LEVEL | eventual
          /v1/views/routes/rows/LAS/1?consistency=bounded | 400 | INVALID_REQUEST | maxStalenessMs
          /v1/views/routes/rows/LAS/1?maxStalenessMs=7 | 400 | INVALID_REQUEST | this read is eventual
          /v1/views/routes/rows/LAS/1?consistency=bounded&maxStalenessMs=0 | 400 | INVALID_REQUEST | from 1 to 86400000
          /v1/views/routes/rows/LAS/1?consistency=snapshot | 400 | SNAPSHOT_NEEDS_EXACT | 'progress' = 'exact'
          /v1/views/routes/rows/LAS/1?asOf=7 | 400 | INVALID_REQUEST | position:flights[0=12,1=7], or a time such as
          /v1/views/routes/rows/LAS/1?asOf= | 400 | INVALID_REQUEST | token:<a token>
          /v1/views/routes/rows/LAS/1?asOf=-1000000000-01-01T00:00:00Z | 400 | INVALID_REQUEST | token:<a token>
          /v1/views/routes/rows/LAS/1?asOf=token:abc | 400 | INVALID_TOKEN | not a token
          /v1/views/routes/rows/LAS/1?asOf=2001-01-31T12:00:00Z | 400 | NO_RETENTION | 'retention' = '1 h'
          /v1/views/routes/rows/LAS/1?asOf=2001-01-31T12:00:00Z&consistency=strong | 400 | INVALID_REQUEST | cannot be strong
          /v1/views/routes/rows/LAS/1?consistency=as-of | 400 | INVALID_REQUEST | needs asOf
          /v1/views/routes/rows/LAS/1?asOf=2001-01-31T12:00:00Z&maxStalenessMs=7 | 400 | INVALID_REQUEST | this read is as-of
          /v1/views/routes/rows/LAS/1?consistency=strong&confirm=majority | 400 | INVALID_REQUEST | confirm can only be epoch, order, or both as epoch,order, got 'majority'
          /v1/views/routes/rows/LAS/1?consistency=strong&confirm= | 400 | INVALID_REQUEST | confirm can only be epoch, order
          /v1/views/routes/rows/LAS/1?consistency=strong&confirm=order,order | 400 | INVALID_REQUEST | got 'order,order'
          /v1/views/routes/rows?consistency=strong&confirm=order | 400 | INVALID_REQUEST | rows by their keys
          /v1/views/routes/rows/LAS/1?confirm=epoch | 400 | INVALID_REQUEST | confirm belongs to consistency=strong, this read is eventual
          /v1/views/routes/rows?consistency=session&confirm=epoch | 400 | INVALID_REQUEST | this read is session
          /v1/views/routes/rows?consistency=bounded&maxStalenessMs=7&confirm=epoch | 400 | INVALID_REQUEST | this read is bounded
          /v1/views/routes/changes?confirm=epoch | 400 | INVALID_REQUEST | unknown query parameter 'confirm'
          /v1/views/routes/rows/LAS/1?timeoutMs=-1 | 400 | INVALID_REQUEST | timeoutMs
          /v1/views/routes/rows/LAS/1?timeoutMs=60001 | 400 | INVALID_REQUEST | 60000
          /v1/views/routes/rows/LAS/1?level=strong | 400 | INVALID_REQUEST | unknown query parameter 'level'
          /v1/views/routes/rows/LAS/1?timeoutMs=1&timeoutMs=2 | 400 | INVALID_REQUEST | twice
          /v1/views/routes/rows/L%ZZ/1 | 400 | INVALID_REQUEST | not URL-encoded
          /v1/views/routes/rows/L%FF/1 | 400 | INVALID_REQUEST | not UTF-8
          /v1/views/routes/rows?limit=0 | 400 | INVALID_LIMIT | from 1 to 1000
          /v1/views/routes/rows?limit=1001 | 400 | INVALID_LIMIT | 1001
          /v1/views/routes/rows?limit=ten | 400 | INVALID_LIMIT | ten
          /v1/views/routes/rows?cursor=abc | 400 | INVALID_CURSOR | routes-v1
          /v1/views/routes/rows?cursor=*** | 400 | INVALID_CURSOR | routes-v1
          /v1/views/routes/rows?prefix=LAS/x | 400 | INVALID_KEY | dest
          /v1/views/routes/rows?prefix=LAS/1/2 | 400 | INVALID_KEY | 3 columns
          /v1/views?x=1 | 400 | INVALID_REQUEST | 'x'
          /v1/nothing | 404 | INVALID_REQUEST | /v1/nothing
          / | 404 | INVALID_REQUEST | openapi.json
          """)
  void badReadsAreRefused(String path, int status, String code, String detail) throws Exception {
    TestNode.Answer answer = raw("GET", path, "");
    assertThat(answer.detail()).contains(detail);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body().path("retry").asText()).isEqualTo("never");
  }

  /** A request that the JDK's client would refuse to send. */
  private static TestNode.Answer raw(String method, String path, String headers) throws Exception {
    try (java.net.Socket socket = new java.net.Socket(node.uri().getHost(), node.uri().getPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              (method
                      + " "
                      + path
                      + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      + headers
                      + "\r\n")
                  .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
      String all =
          new String(
              socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      int body = all.indexOf("\r\n\r\n");
      return new TestNode.Answer(
          Integer.parseInt(all.substring(9, 12)),
          null,
          Json.MAPPER.readTree(all.substring(body + 4)));
    }
  }

  @Test
  void aCursorOfAnotherScanIsRefused() throws Exception {
    String cursor = scan("?limit=1&prefix=LA").path("cursor").asText();
    assertThat(node.get("/v1/views/routes/rows?prefix=LA&cursor=" + cursor).status())
        .isEqualTo(200);
    assertThat(node.get("/v1/views/routes/rows?prefix=PH&cursor=" + cursor).code())
        .isEqualTo("INVALID_CURSOR");
    assertThat(node.get("/v1/views/routes/rows?cursor=" + cursor).code())
        .isEqualTo("INVALID_CURSOR");
  }

  @Test
  void badTokensAreRefused() throws Exception {
    String row = "/v1/views/routes/rows/LAS/1";
    assertThat(node.get(row, Call.TOKEN_HEADER, "garbled").code()).isEqualTo("INVALID_TOKEN");
    String foreign = node.foreign("other", Position.of("flights", 0, 1)).encode();
    assertThat(node.get(row, Call.TOKEN_HEADER, foreign).code()).isEqualTo("FOREIGN_TOKEN");
    String own = node.token(Position.empty()).encode();
    assertThat(node.get(row, Call.TOKEN_HEADER, own).status()).isEqualTo(200);
    assertThat(node.get(row, Call.TOKEN_HEADER, own.substring(1)).code())
        .isEqualTo("INVALID_TOKEN");
  }

  @Test
  void badBatchesAreRefused() throws Exception {
    String path = "/v1/views/routes/rows:batchGet";
    assertThat(node.post(path, "{\"keys\":[[\"LAS\"]]}").code()).isEqualTo("INVALID_KEY");
    assertThat(node.post(path, "{\"keys\":[\"LAS\"]}").code()).isEqualTo("INVALID_KEY");
    assertThat(node.post(path, "{\"keys\":[[\"LAS\",\"1\"]]}").code()).isEqualTo("INVALID_KEY");
    assertThat(node.post(path, "{}").code()).isEqualTo("INVALID_REQUEST");
    assertThat(
            node.post(path, "{\"keys\":[" + "[\"LAS\",1],".repeat(1000) + "[\"LAS\",1]]}").code())
        .isEqualTo("INVALID_LIMIT");
    assertThat(node.post(path, "", "Content-Type", "text/plain").status()).isEqualTo(415);
  }

  @Test
  void aBatchOfNoKeysHasNoRowsAndNoneOfThemIsStale() throws Exception {
    JsonNode body = node.post("/v1/views/routes/rows:batchGet", "{\"keys\":[]}").body();
    assertThat(body.path("rows").toString()).isEqualTo("[]");
    assertThat(body.path("read").path("stalenessMs")).isEqualTo(IntNode.valueOf(0));
  }

  // ---- views

  @Test
  void aViewDescribesItself() throws Exception {
    JsonNode body = node.get("/v1/views/routes").body();
    assertThat(body.path("version").asInt()).isEqualTo(1);
    assertThat(body.path("keyColumns").toString()).isEqualTo("[\"origin\",\"dest\"]");
    assertThat(body.path("columns").findValuesAsText("name"))
        .containsExactly("origin", "dest", "flights");
    assertThat(body.path("sources").toString()).isEqualTo("[\"flights\"]");
    assertThat(body.path("progress").asText()).isEqualTo("tick");
    assertThat(body.path("shards").asInt()).isEqualTo(3);
    assertThat(body.path("replicas").findValuesAsText("state"))
        .containsExactly("ready", "ready", "ready");
    assertThat(node.get("/v1/views").body().path("views").path(0)).isEqualTo(body);
  }

  @Test
  void theDeployersAnswerBecomesTheReply() throws Exception {
    Map<String, ViewAnswer> answers = new TreeMap<>();
    answers.put("created", answer(ViewOutcome.CREATED, "", 0, 0));
    answers.put("same", answer(ViewOutcome.UNCHANGED, "", 0, 0));
    answers.put("taken", answer(ViewOutcome.NAME_TAKEN, "another view has the name", 0, 0));
    answers.put("wrong", answer(ViewOutcome.INVALID_SQL, "no such column: dely", 3, 14));
    answers.put("broken", answer(ViewOutcome.FAILED, "no slots", 0, 0));
    answers.put("gone", answer(ViewOutcome.UNKNOWN_VIEW, "", 0, 0));
    answers.put("dropped", answer(ViewOutcome.DROPPED, "", 0, 0));
    node.catalog.listen(
        new ViewCatalog.Listener() {
          @Override
          public void onRequest(ViewRequest request) {
            CompletableFuture.runAsync(
                () ->
                    node.catalog.answer(
                        ViewAnswer.newBuilder(answers.get(request.getView()))
                            .setId(request.getId())
                            .build()));
          }
        });
    String[] sql = {"Content-Type", "application/sql"};
    assertThat(node.put("/v1/views/created", "SELECT", sql).status()).isEqualTo(201);
    assertThat(node.put("/v1/views/same", "SELECT", sql).status()).isEqualTo(200);
    assertThat(node.put("/v1/views/taken", "SELECT", sql).code()).isEqualTo("VIEW_EXISTS");
    TestNode.Answer wrong = node.put("/v1/views/wrong", "SELECT", sql);
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.detail()).isEqualTo("no such column: dely");
    assertThat(wrong.body().path("line").asInt()).isEqualTo(3);
    assertThat(wrong.body().path("column").asInt()).isEqualTo(14);
    assertThat(node.put("/v1/views/broken", "SELECT", sql).code()).isEqualTo("VIEW_FAILED");
    assertThat(node.delete("/v1/views/gone").status()).isEqualTo(404);
    assertThat(node.delete("/v1/views/dropped").status()).isEqualTo(200);
    assertThat(node.put("/v1/views/created", "SELECT").status()).isEqualTo(415);
    assertThat(node.put("/v1/views/created", " ", sql).status()).isEqualTo(400);
  }

  private static ViewAnswer answer(ViewOutcome outcome, String message, int line, int column) {
    return new ViewAnswer("", outcome, message, line, column);
  }

  // ---- the node

  @Test
  void methodsThatAPathDoesNotHaveAreRefused() throws Exception {
    TestNode.Answer answer = node.post("/v1/views/routes", "");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.detail()).contains("DELETE, GET, PUT");
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() throws Exception {
    TestNode.Answer answer = raw("POST", "/v1/logs/flights/events", "Content-Length: 16777217\r\n");
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.detail()).contains("16777216");
  }

  @Test
  void everyPartTellsWhetherItIsReady() throws Exception {
    await().until(() -> node.get("/v1/ready").status() == 200);
    JsonNode ready = node.get("/v1/ready").body();
    assertThat(ready.path("ready").asBoolean()).as(ready.toString()).isTrue();
    assertThat(ready.path("parts").fieldNames())
        .toIterable()
        .containsExactly("broker", "registry", "catalog", "replicas");
    assertThat(node.get("/v1/health").status()).isEqualTo(200);
    JsonNode cluster = node.get("/v1/cluster").body();
    assertThat(cluster.path("clusterId").asText()).isEqualTo(node.logs.clusterId());
    assertThat(cluster.path("nodes").path(0).path("uri").asText()).isEqualTo(node.uri().toString());
  }

  @Test
  void metricsTellRequestsAndLag() throws Exception {
    node.get("/v1/views/routes/rows/LAS/1?consistency=strong");
    String text = new String(node.get("/metrics").response().body());
    assertThat(text)
        .contains("tidemark_http_requests_seconds_count{level=\"strong\"")
        .contains("tidemark_shard_lag_records{shard=\"0\",view=\"routes-v1\"} 0.0")
        .contains("tidemark_reads_waiting");
  }

  @Test
  void thePortThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
      LogStore logs = node.logs;
      assertThatThrownBy(
              () ->
                  Node.start(
                      NodeConfig.of(directory.resolve("other"), taken.getLocalPort()),
                      logs,
                      node.catalog))
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void whatIsPreparedIsStartedOnceOrGivenUp() {
    NodeConfig config = NodeConfig.of(directory.resolve("prepared"), 0);
    try (Node.Prepared prepared = Node.prepare(config);
        Node started = prepared.start(node.logs, node.catalog)) {
      assertThat(started.uri()).hasHost("127.0.0.1");
      assertThatThrownBy(() -> prepared.start(node.logs, node.catalog))
          .isInstanceOf(IllegalStateException.class);
    }
    Node.Prepared givenUp = Node.prepare(config);
    givenUp.close();
    assertThatThrownBy(() -> givenUp.start(node.logs, node.catalog))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theDescriptionNamesEveryRouteAndCode() throws Exception {
    JsonNode document = node.get("/openapi.json").body();
    List<String> described = new ArrayList<>();
    document
        .path("paths")
        .fields()
        .forEachRemaining(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> described.add(method.toUpperCase() + " " + path.getKey())));
    List<String> offered =
        new Routes(
                new LogsApi(node.logs, 1),
                new ViewsApi(null, node.catalog),
                new RowsApi(null, null, ""),
                new ChangesApi(null, null, null, null, "", Runnable::run),
                new NodeApi("", node::uri, null, List.of(), null, Runnable::run),
                Runnable::run)
            .all().stream()
                .map(route -> route.method() + " " + route.template().replace("...}", "}"))
                .toList();
    assertThat(described).containsExactlyInAnyOrderElementsOf(offered);
    List<String> codes = new ArrayList<>();
    document
        .at("/components/schemas/Problem/properties/code/enum")
        .forEach(code -> codes.add(code.asText()));
    assertThat(codes)
        .containsExactlyInAnyOrder(
            java.util.Arrays.stream(ErrorCode.values()).map(Enum::name).toArray(String[]::new));
  }

  @Test
  void aNodeThatRestartsGoesOnWhereItWas() throws Exception {
    List<String> before = keys(scan("?limit=1000"));
    node.restartNode();
    await().until(() -> node.get("/v1/ready").body().path("ready").asBoolean());
    assertThat(keys(scan("?limit=1000"))).isEqualTo(before);
  }
}
