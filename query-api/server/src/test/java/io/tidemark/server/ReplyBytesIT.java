package io.tidemark.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tidemark.log.LogIds;
import io.tidemark.log.Position;
import io.tidemark.log.Token;
import io.tidemark.log.changelog.ChangelogCodec;
import io.tidemark.log.changelog.RowKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Replies byte by byte: the order of headers and members, what is escaped, what there is no space
 * in. In what is expected {@code STALE} stands for a number of milliseconds, {@code LENGTH} for the
 * length of the body, which is right, and {@code TOKEN} for the token that is due.
 */
class ReplyBytesIT {
  private static final Pattern STALENESS = Pattern.compile("\"stalenessMs\":[0-9]{1,5},");

  private static final Schema TYPED =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Typed","fields":[
                {"name":"id","type":"long"},
                {"name":"small","type":"int"},
                {"name":"on","type":"boolean"},
                {"name":"day","type":{"type":"int","logicalType":"date"}},
                {"name":"ratio","type":"double"},
                {"name":"name","type":["null","string"]},
                {"name":"many","type":{"type":"array","items":"double"}},
                {"name":"by","type":{"type":"map","values":"string"}},
                {"name":"none","type":["null","string"]}]}""");

  @RegisterExtension static final TestNode node = new TestNode();

  private static String log;
  private static TestView ticks;
  private static TestView cuts;
  private static TestView kept;
  private static TestView typed;
  private static TestView building;
  private static TestView moving;
  private static final long[] cutEnds = new long[2];

  @BeforeAll
  static void start() throws Exception {
    log = node.createLog(1);
    node.append(log, 3);
    Position all = Position.of(log, 0, 3);
    ticks = new TestView(node, "ticks", 1, 1, log);
    cuts = new TestView(node, "cuts", 4, 2, true, log);
    kept = new TestView(node, "kept", 1, 1, true, Map.of("retention", "1 h"), log);
    moving = new TestView(node, "moving", 1, 1, log);
    building = new TestView(node, "building", 1, 1, log);
    typed =
        new TestView(
            node,
            "typed",
            1,
            1,
            false,
            Map.of(),
            TYPED,
            List.of("id", "small", "on", "day", "ratio", "name"),
            log);
    for (TestView each : List.of(ticks, cuts, kept, typed, building, moving)) {
      each.beginAll(all);
    }
    for (TestView each : List.of(ticks, cuts, kept, building, moving)) {
      each.row("LAS", 1, 7);
      each.row("Ä/\"\\\n\u0001\u2028😀", -2, -1);
    }
    typedRow();
    ticks.progressAll(all);
    typed.progressAll(all);
    building.progressAll(Position.of(log, 0, 1));
    moving.progressAll(all);
    for (int shard = 0; shard < 2; shard++) {
      cutEnds[shard] = cuts.cut(shard, 0, 5, all);
    }
    kept.cutAll(5, all);
    for (TestView each : List.of(ticks, cuts, kept, typed, moving)) {
      await()
          .atMost(60, TimeUnit.SECONDS)
          .until(
              () ->
                  node.get("/v1/views/" + each.name + "/rows?consistency=strong&limit=1").status()
                      == 200);
    }
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> node.get("/v1/views/building/rows/LAS/1").body().path("row").has("flights"));
  }

  private static void typedRow() {
    GenericRecord row = new GenericData.Record(TYPED);
    row.put("id", Long.MIN_VALUE);
    row.put("small", 0);
    row.put("on", true);
    row.put("day", 1);
    row.put("ratio", 1e21);
    row.put("name", "");
    row.put("many", List.of(0.1, -0.0));
    row.put("by", Map.of("k", "v"));
    row.put("none", null);
    byte[] key = RowKey.of(Arrays.asList(Long.MIN_VALUE, 0, true, 1, 1e21, ""));
    typed.send(ChangelogCodec.row(typed.definition.getChangelog(), 0, 0, key, typed.framed(row)));
  }

  @AfterAll
  static void stop() {
    for (TestView each : List.of(ticks, cuts, kept, typed, building, moving)) {
      each.close();
    }
  }

  // ---- what is expected

  /** What a read of those shards gives to take along. */
  private static Token token(TestView view, long logOffset, long... changelogOffsets) {
    Position.Builder seen = Position.builder().advance(log, 0, logOffset);
    for (int shard = 0; shard < changelogOffsets.length; shard++) {
      seen.advance(view.definition.getChangelog(), shard, changelogOffsets[shard]);
    }
    return new Token(node.logs.clusterId(), seen.build(), LogIds.of(view.definition.getLogIds()));
  }

  private static String ok(String body) {
    return "HTTP/1.1 200 OK\nContent-Type: application/json\nTidemark-Token: TOKEN\n"
        + ("content-length: LENGTH\n\n" + body);
  }

  /** A reply of the view of ticks that has a row, at that level. */
  private static String las(String level) {
    return ok(LAS.formatted(level));
  }

  private static final String LAS =
      "{'view':'ticks','key':{'origin':'LAS','dest':1},"
          + "'row':{'origin':'LAS','dest':1,'flights':7},'read':{'level':'%s','token':'TOKEN',"
          + "'stalenessMs':STALE,'exact':false,'viewVersion':1,'building':false}}";

  /** Double quotes are written as single ones. */
  private static void expect(Token token, String expected, String actual) {
    assertThat(normal(actual, token)).isEqualTo(expected.replace('\'', '"').replace("LOG", log));
  }

  private static void expect(String expected, String actual) {
    expect(token(ticks, 3, 4), expected, actual);
  }

  private static String normal(String reply, Token token) {
    Matcher length = RawHttp.LENGTH.matcher(reply);
    if (length.find()) {
      String body = reply.substring(reply.indexOf("\r\n\r\n") + 4);
      assertThat(body.getBytes(StandardCharsets.UTF_8)).hasSize(Integer.parseInt(length.group(1)));
    }
    String text = length.replaceAll("content-length: LENGTH\r\n").replace("\r\n", "\n");
    return STALENESS
        .matcher(text)
        .replaceAll("\"stalenessMs\":STALE,")
        .replace(token.encode(), "TOKEN");
  }

  // ---- requests

  private static String get(String path, String... headers) throws IOException {
    return pipelined(RawHttp.request("GET", path, "", headers)).get(0);
  }

  private static String post(String path, String body) throws IOException {
    return pipelined(RawHttp.request("POST", path, body)).get(0);
  }

  private static List<String> pipelined(String... requests) throws IOException {
    return RawHttp.pipelined(node.uri(), requests);
  }

  // ---- one row

  private static final String ROW = "/v1/views/ticks/rows/LAS/1";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          %s | eventual
          %s? | eventual
          %s?consistency=eventual&timeoutMs=0 | eventual
          %s?consistency=session | session
          %s?consistency=bounded&maxStalenessMs=60000 | bounded
          %s?consistency=strong | strong
          %s?&timeoutMs=60000&%%63onsistency=%%73trong | strong
          http://x%s?consistency=strong | strong
          /v1/views/t%%69cks/rows/L%%41S/1 | eventual
          /v1/views/ticks/rows/LAS/%%201 | eventual
          %s?consistency=strong&confirm=order | strong','confirmed':'order
          %s?consistency=strong&confirm=order,epoch | strong','confirmed':'epoch,order
          """)
  void aRow(String path, String level) throws Exception {
    expect(las(level), get(path.replace("%s", ROW).replace("%%", "%")));
  }

  @Test
  void aRowByOtherMeans() throws Exception {
    expect(
        las("eventual").replace("content", "connection: close\ncontent"),
        get(ROW, "Connection: close"));
    String old =
        RawHttp.request("GET", ROW, "", "Connection: keep-alive").replace("HTTP/1.1", "HTTP/1.0");
    expect(
        las("eventual")
            .replace("HTTP/1.1", "HTTP/1.0")
            .replace("content", "connection: keep-alive\ncontent"),
        pipelined(old).get(0));
    expect(las("eventual"), pipelined(RawHttp.request("GET", ROW, "{}")).get(0));
  }

  @Test
  void repliesComeInTheOrderOfTheRequestsWhateverTheyWaitFor() throws Exception {
    List<String> replies =
        pipelined(
            RawHttp.request("GET", ROW + "?consistency=strong", ""),
            RawHttp.request("GET", ROW, ""),
            RawHttp.request("GET", ROW + "x", ""),
            RawHttp.request("GET", "/v1/health", ""),
            RawHttp.request("GET", ROW + "?consistency=session", ""));
    expect(las("strong"), replies.get(0));
    expect(las("eventual"), replies.get(1));
    assertThat(replies.get(2)).startsWith("HTTP/1.1 400 Bad Request\r\n");
    expect(
        "HTTP/1.1 200 OK\nContent-Type: application/json\n"
            + "content-length: LENGTH\n\n{'status':'up'}",
        replies.get(3));
    expect(las("session"), replies.get(4));
  }

  @Test
  void aSessionCarriesOnWhatItHasSeen() throws Exception {
    Token own = token(ticks, 3, 4);
    Token other = token(cuts, 3, 1).merge(token(kept, 1, 2));
    String name = "Tidemark-Token: ";
    // Twice, and in turn: what is remembered of a token must be that token's.
    for (int i = 0; i < 2; i++) {
      expect(las("session"), get(ROW, name + token(ticks, 2).encode()));
      expect(las("session"), get(ROW, name + own.encode()));
      expect(own.merge(other), las("session"), get(ROW, name + other.encode()));
      expect(
          own.merge(other),
          las("session"),
          get(ROW, "tidemark-token:  " + other.encode() + " ", name + own.encode()));
      expect(
          own.merge(other),
          las("eventual"),
          get(ROW + "?consistency=eventual", name + own.merge(other).encode()));
      expect(las("eventual"), get(ROW));
    }
  }

  @Test
  void aStateThatIsFollowedByAnotherIsToldNoLonger() throws Exception {
    Token before = token(moving, 3, 4);
    String path = "/v1/views/moving/rows/LAS/1";
    String expected = las("eventual").replace("ticks", "moving");
    expect(before, expected, get(path));
    moving.row("LAS", 1, 8);
    moving.cutAll(6, Position.of(log, 0, 3));
    await().until(() -> get(path).contains("\"flights\":8"));
    String exact = expected.replace("'flights':7", "'flights':8").replace("false,'v", "true,'v");
    expect(token(moving, 3, 6), exact, get(path));
    expect(
        token(moving, 3, 6),
        exact.replace("eventual", "session"),
        get(path + "?consistency=session"));
    // A session that has seen the older state goes on with the newer one.
    expect(
        token(moving, 3, 6),
        exact.replace("eventual", "session"),
        get(path, "Tidemark-Token: " + before.encode()));
  }

  @Test
  void keysAreEscaped() throws Exception {
    String end =
        "'read':{'level':'eventual','token':'TOKEN','stalenessMs':STALE,'exact':false,"
            + "'viewVersion':1,'building':false}}";
    expect(
        ok(
            "{'view':'ticks','key':{'origin':'Ä/\\\"\\\\\\n\\u0001\u2028\\uD83D\\uDE00','dest':-2},"
                + "'row':{'origin':'Ä/\\\"\\\\\\n\\u0001\u2028😀','dest':-2,'flights':-1},"
                + end),
        get("/v1/views/ticks/rows/%C3%84%2F%22%5C%0A%01%E2%80%A8%F0%9F%98%80/-2"));
    expect(
        ok("{'view':'ticks','key':{'origin':'','dest':0},'row':null," + end),
        get("/v1/views/ticks/rows//-0"));
    expect(
        ok("{'view':'ticks','key':{'origin':'+ \\t','dest':-2147483648},'row':null," + end),
        get("/v1/views/ticks/rows/+%20%09/-2147483648"));
  }

  @Test
  void columnsOfAllTypes() throws Exception {
    expect(
        token(typed, 3, 3),
        ok(
            "{'view':'typed','key':{'id':-9223372036854775808,'small':0,'on':true,"
                + "'day':'1970-01-02','ratio':1E+21,'name':''},'row':{'id':-9223372036854775808,"
                + "'small':0,'on':true,'day':'1970-01-02','ratio':1.0E21,'name':'',"
                + "'many':[0.1,-0.0],'by':{'k':'v'},'none':null},'read':{'level':'eventual',"
                + "'token':'TOKEN','stalenessMs':STALE,'exact':false,'viewVersion':1,"
                + "'building':false}}"),
        get("/v1/views/typed/rows/-9223372036854775808/0/true/1970-01-02/1e21/"));
  }

  @Test
  void otherStates() throws Exception {
    expect(
        token(building, 1, 4),
        ok(
            LAS.formatted("eventual")
                .replace("ticks", "building")
                .replace("STALE", "null")
                .replace("'building':false", "'building':true")),
        get("/v1/views/building/rows/LAS/1"));
    Token seen = token(kept, 3, 4);
    String exact = LAS.replace("ticks", "kept").replace("'exact':false", "'exact':true");
    expect(seen, ok(exact.formatted("eventual")), get("/v1/views/kept/rows/LAS/1"));
    expect(
        seen,
        ok(exact.formatted("snapshot").replace("'viewV", "'cut':{'LOG':[3]},'viewV")),
        get("/v1/views/kept/rows/LAS/1?consistency=snapshot"));
    String asOf = "position:" + log + "[0=2]";
    expect(
        seen,
        ok(exact.formatted("as-of','asOf':'" + asOf).replace("STALE", "null")),
        get("/v1/views/kept/rows/LAS/1?asOf=" + asOf));
  }

  @Test
  void randomKeysAreWrittenAsJacksonWritesThem() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      int[] points = random.ints(random.nextInt(12), 0, 1 << random.nextInt(7, 18)).toArray();
      String origin =
          new String(points, 0, points.length)
              .codePoints()
              .filter(point -> point < 0xD800 || point > 0xDFFF)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      int dest = random.nextInt() >> random.nextInt(32);
      String reply = get("/v1/views/ticks/rows/" + TestNode.encode(origin) + "/" + dest);
      String body = reply.substring(reply.indexOf("\r\n\r\n") + 4);
      assertThat(body)
          .as("seed %d", seed)
          .isEqualTo(json(Json.MAPPER.readTree(body)))
          .startsWith(
              "{\"view\":\"ticks\",\"key\":{\"origin\":%s,\"dest\":%d},"
                  .formatted(json(TextNode.valueOf(origin)), dest));
    }
  }

  private static String json(JsonNode node) {
    return new String(Json.bytes(node), StandardCharsets.UTF_8);
  }

  // ---- many rows

  @Test
  void manyRows() throws Exception {
    String row = "{'key':{'origin':'LAS','dest':1},'row':{'origin':'LAS','dest':1,'flights':7}}";
    String read =
        "'read':{'level':'eventual','token':'TOKEN','stalenessMs':STALE,'exact':false,"
            + "'viewVersion':1,'building':false}}";
    expect(
        ok(
            "{'view':'ticks','rows':["
                + (row + ",{'key':{'origin':'X','dest':2},'row':null}]," + read)),
        post("/v1/views/ticks/rows:batchGet", "{\"keys\":[[\"LAS\",1],[\"X\",2]]}"));
    expect(
        ok("{'view':'ticks','rows':[" + (row + "]," + read)),
        get("/v1/views/ticks/rows?prefix=LAS/1"));
    String cut =
        "'read':{'level':'snapshot','token':'TOKEN','stalenessMs':STALE,'exact':true,"
            + "'cut':{'LOG':[3]},'viewVersion':4,'building':false}}";
    int shard = cuts.shardOf("LAS", 1);
    long end = cutEnds[shard] + 1;
    expect(
        token(cuts, 3, shard == 0 ? end : 0, shard == 1 ? end : 0).merge(token(kept, 3, 4)),
        ok(
            "{'reads':[{'view':'cuts','viewVersion':4,'rows':["
                + (row + "]},{'view':'kept','viewVersion':1,'rows':[" + row + "]}]," + cut)),
        post(
            "/v1/snapshot",
            "{\"reads\":[{\"view\":\"cuts\",\"keys\":[[\"LAS\",1]]},"
                + "{\"view\":\"kept\",\"keys\":[[\"LAS\",1]]}]}"));
    expect(
        token(cuts, 3, cutEnds[0] + 1, cutEnds[1] + 1),
        ok("{'view':'cuts','rows':[]," + cut),
        get("/v1/views/cuts/rows?prefix=X&consistency=snapshot"));
  }

  // ---- what is refused

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          GET /v1/views/ticks/rows/LAS | 400 Bad Request | invalid_key | got 1 column; KEY
          GET /v1/views/ticks/rows/LAS/1/ | 400 Bad Request | invalid_key | got 3 columns; KEY
          GET /v1/views/ticks/rows/LAS/1.5 | 400 Bad Request | invalid_key | dest: expected int, got number 1.5; KEY
          GET /v1/views/ticks/rows/LAS/1.0 | 400 Bad Request | invalid_key | dest: expected int, got number 1; KEY
          GET /v1/views/ticks/rows/LAS/1e0 | 400 Bad Request | invalid_key | dest: expected int, got number 1; KEY
          GET /v1/views/ticks/rows/LAS/01 | 400 Bad Request | invalid_key | dest: expected int, got string \\"01\\"; KEY
          GET /v1/views/ticks/rows/LAS/+1 | 400 Bad Request | invalid_key | dest: expected int, got string \\"+1\\"; KEY
          GET /v1/views/ticks/rows/LAS/- | 400 Bad Request | invalid_key | dest: expected int, got string \\"-\\"; KEY
          GET /v1/views/ticks/rows/LAS/ | 400 Bad Request | invalid_key | dest: expected int, got string \\"\\"; KEY
          GET /v1/views/ticks/rows/LAS/2147483648 | 400 Bad Request | invalid_key | dest: expected int, got number 2147483648, which is out of range; KEY
          GET /v1/views/ticks/rows/LAS/9223372036854775808 | 400 Bad Request | invalid_key | dest: expected int, got number 9223372036854775808, which is out of range; KEY
          GET /v1/views/ticks/rows/LAS/null | 400 Bad Request | invalid_key | dest: expected int, got string \\"null\\"; KEY
          GET /v1/views/ticks/rows/LAS/true | 400 Bad Request | invalid_key | dest: expected int, got true; KEY
          GET /v1/views/no/rows/LAS/1 | 404 Not Found | unknown_view | there is no view 'no'; the views are building, cuts, kept, moving, ticks, typed
          GET /v1/views/%/rows/LAS/1 | 400 Bad Request | invalid_request | '%' is not URL-encoded: URLDecoder: Incomplete trailing escape (%) pattern
          GET /v1/views/ticks/rows/L%FF/1 | 400 Bad Request | invalid_request | 'L%FF' is not UTF-8 when decoded
          GET /v1/views/ticks/rows/LAS/1?x=1 | 400 Bad Request | invalid_request | unknown query parameter 'x'; known are asOf, confirm, consistency, maxStalenessMs, timeoutMs
          GET /v1/views/ticks/rows/LAS/1?consistency | 400 Bad Request | unknown_level | unknown consistency level ''; the levels are eventual, bounded, session, strong, snapshot, as-of
          GET /v1/views/ticks/rows/LAS/1?timeoutMs=1&timeoutMs=1 | 400 Bad Request | invalid_request | the query parameter 'timeoutMs' is given twice
          GET /v1/views/ticks/rowss/LAS/1 | 404 Not Found | invalid_request | there is nothing at /v1/views/ticks/rowss/LAS/1; /openapi.json says what there is
          GET /v1/views/ticks/ | 404 Not Found | invalid_request | there is nothing at /v1/views/ticks/; /openapi.json says what there is
          GET //v1/views | 404 Not Found | invalid_request | there is nothing at //v1/views; /openapi.json says what there is
          GET /v1%2Fviews | 404 Not Found | invalid_request | there is nothing at /v1%2Fviews; /openapi.json says what there is
          PATCH /v1/views/ticks/rows/LAS/1 | 405 Method Not Allowed | invalid_request | PATCH is not possible at /v1/views/ticks/rows/LAS/1, but GET is
          DELETE /v1/views/ticks/rows | 405 Method Not Allowed | invalid_request | DELETE is not possible at /v1/views/ticks/rows, but GET is
          """)
  void refusals(String request, String status, String error, String detail) throws Exception {
    String code = error.toUpperCase(Locale.ROOT);
    String[] words = request.split(" ");
    String body =
        """
        {"type":"urn:tidemark:error:%s","title":"%s","status":%s,"detail":"%s",\
        "code":"%s","retry":"never"}"""
            .formatted(
                error,
                code.charAt(0) + error.substring(1).replace('_', ' '),
                status.substring(0, 3),
                detail.replace("KEY", "the key columns are origin (string), dest (int)"),
                code);
    assertThat(normal(pipelined(RawHttp.request(words[0], words[1], "")).get(0), Token.empty("")))
        .isEqualTo(
            "HTTP/1.1 %s\nContent-Type: application/problem+json\n".formatted(status)
                + ("content-length: LENGTH\n\n" + body));
  }
}
