package io.tidemark.schemas.registry;

import static io.tidemark.schemas.registry.RawClient.submission;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.registry.RawClient.Answer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Confluent documents of its REST API, as cases that any registry must pass. Each case uses
 * subjects of its own, so that the registry may hold anything else.
 */
abstract class RegistryContract {
  static final String V1 = record("{'name':'id','type':'long'}");

  /** Can read V1 and be read by V1. */
  static final String WITH_DEFAULT =
      record("{'name':'id','type':'long'},{'name':'note','type':'string','default':''}");

  /** Cannot read V1, but V1 can read it. */
  static final String WITHOUT_DEFAULT =
      record("{'name':'id','type':'long'},{'name':'note','type':'string'}");

  /** Can read WITHOUT_DEFAULT; is not readable by it. */
  static final String OTHER_TYPE = record("{'name':'id','type':'string'}");

  String subject;
  RawClient http;

  abstract URI registry();

  @BeforeEach
  void freshSubject() {
    subject = "contract-" + UUID.randomUUID();
    http = new RawClient(registry());
  }

  /** A record named Event in a namespace of its own, with single quotes for double ones. */
  static String record(String fields) {
    return ("{'type':'record','name':'Event','namespace':'contract','fields':[" + fields + "]}")
        .replace('\'', '"');
  }

  /** A schema that no other case has registered. */
  static String unique(String prefix) {
    String name = prefix + UUID.randomUUID().toString().replace("-", "");
    return record("{'name':'id','type':'long'}").replace("\"Event\"", "\"" + name + "\"");
  }

  int register(String schema) {
    return register(subject, schema);
  }

  int register(String toSubject, String schema) {
    Answer answer = http.post("/subjects/" + toSubject + "/versions", submission(schema)).ok();
    return answer.body().get("id").intValue();
  }

  List<Integer> versions(String query) {
    List<Integer> versions = new ArrayList<>();
    http.get("/subjects/" + subject + "/versions" + query)
        .ok()
        .body()
        .forEach(version -> versions.add(version.intValue()));
    return versions;
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  @Test
  void a_registered_schema_is_found_by_version_by_latest_and_by_id() {
    int id = register(V1);
    for (String version : List.of("1", "latest")) {
      JsonNode found = http.get("/subjects/" + subject + "/versions/" + version).ok().body();
      assertThat(found.get("subject").asText()).isEqualTo(subject);
      assertThat(found.get("version").intValue()).isEqualTo(1);
      assertThat(found.get("id").intValue()).isEqualTo(id);
      assertThat(found.get("schema").asText()).isEqualTo(V1_CANONICAL);
      assertThat(http.get("/subjects/" + subject + "/versions/" + version + "/schema").ok().body())
          .isEqualTo(parse(V1_CANONICAL));
    }
    assertThat(http.get("/schemas/ids/" + id).ok().body().get("schema").asText())
        .isEqualTo(V1_CANONICAL);
    assertThat(http.get("/schemas/ids/" + id + "/schema").ok().body())
        .isEqualTo(parse(V1_CANONICAL));
    assertThat(texts(http.get("/subjects").ok().body())).contains(subject);
    assertThat(versions("")).containsExactly(1);
  }

  static final String V1_CANONICAL =
      "{'type':'record','name':'Event','namespace':'contract','fields':[{'name':'id','type':'long'}]}"
          .replace('\'', '"');

  static JsonNode parse(String json) {
    try {
      return RawClient.JSON.readTree(json);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void the_same_schema_again_has_the_same_id_and_version_also_with_other_white_space() {
    int id = register(V1);
    assertThat(register(V1)).isEqualTo(id);
    assertThat(register(V1.replace(",", " ,\n "))).isEqualTo(id);
    assertThat(versions("")).containsExactly(1);
  }

  @Test
  void the_same_schema_under_two_subjects_shares_its_id() {
    String schema = unique("Shared");
    int id = register(schema);
    String other = subject + "-other";
    assertThat(register(other, schema)).isEqualTo(id);
    assertThat(texts(http.get("/schemas/ids/" + id + "/subjects").ok().body()))
        .containsExactlyInAnyOrder(subject, other);
    JsonNode holders = http.get("/schemas/ids/" + id + "/versions").ok().body();
    assertThat(holders).hasSize(2);
    assertThat(holders.findValuesAsText("subject")).containsExactlyInAnyOrder(subject, other);
    assertThat(holders.findValuesAsText("version")).containsExactly("1", "1");
  }

  @Test
  void another_schema_is_the_next_version_with_a_larger_id() {
    int first = register(unique("First"));
    http.put("/config/" + subject, "compatibility", "NONE").ok();
    int second = register(unique("Second"));
    assertThat(second).isGreaterThan(first);
    assertThat(versions("")).containsExactly(1, 2);
    assertThat(
            http.get("/subjects/" + subject + "/versions/latest").ok().body().get("id").intValue())
        .isEqualTo(second);
  }

  @Test
  void a_subject_may_have_any_characters() {
    String odd = "a%20b%2Fc%3F" + subject;
    int id = register(odd, V1);
    JsonNode found = http.get("/subjects/" + odd + "/versions/1").ok().body();
    assertThat(found.get("subject").asText()).isEqualTo("a b/c?" + subject);
    assertThat(found.get("id").intValue()).isEqualTo(id);
  }

  @Test
  void look_up_finds_the_version_of_a_schema() {
    int id = register(V1);
    JsonNode found = http.post("/subjects/" + subject, submission(V1)).ok().body();
    assertThat(found.get("id").intValue()).isEqualTo(id);
    assertThat(found.get("version").intValue()).isEqualTo(1);
    assertThat(found.get("subject").asText()).isEqualTo(subject);
    assertThat(found.get("schema").asText()).isEqualTo(V1_CANONICAL);
  }

  @Test
  void look_up_of_what_is_not_there() {
    http.post("/subjects/" + subject, submission(V1)).isError(40401);
    register(V1);
    http.post("/subjects/" + subject, submission(WITH_DEFAULT)).isError(40403);
  }

  @Test
  void unknown_subject_version_and_id() {
    http.get("/subjects/" + subject + "/versions").isError(40401);
    http.get("/subjects/" + subject + "/versions/latest").isError(40401);
    http.get("/subjects/" + subject + "/versions/1").isError(40401);
    http.delete("/subjects/" + subject).isError(40401);
    http.delete("/subjects/" + subject + "/versions/1").isError(40401);
    register(V1);
    http.get("/subjects/" + subject + "/versions/2").isError(40402);
    http.get("/subjects/" + subject + "/versions/2/schema").isError(40402);
    http.delete("/subjects/" + subject + "/versions/2").isError(40402);
    for (String suffix : List.of("", "/schema", "/versions", "/subjects")) {
      http.get("/schemas/ids/2000000000" + suffix).isError(40403);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-2", "newest", "1.5", "2147483648"})
  void a_version_that_is_none(String version) {
    register(V1);
    http.get("/subjects/" + subject + "/versions/" + version).isError(42202);
    http.delete("/subjects/" + subject + "/versions/" + version).isError(42202);
    http.post("/compatibility/subjects/" + subject + "/versions/" + version, submission(V1))
        .isError(42202);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "{\"type\":\"nothing\"}",
        "{\"type\":\"record\",\"name\":\"NoFields\"}",
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\",\"default\":\"x\"}]}"
      })
  void a_schema_that_is_none(String schema) {
    http.post("/subjects/" + subject + "/versions", submission(schema)).isError(42201);
    http.get("/subjects/" + subject + "/versions").isError(40401);
  }

  @Test
  void a_schema_of_an_unknown_type() {
    ObjectNode body = submission(V1).put("schemaType", "CAPNPROTO");
    http.post("/subjects/" + subject + "/versions", body).isError(42201);
  }

  @Test
  void a_body_that_is_no_json() {
    Answer answer = http.send("POST", "/subjects/" + subject + "/versions", "{");
    assertThat(answer.status()).isIn(400, 422);
    assertThat(answer.body().path("message").asText()).isNotBlank();
  }

  @Test
  void a_path_that_is_none() {
    http.get("/nothing/here").isError(404);
  }

  @Test
  void avro_is_among_the_schema_types() {
    assertThat(texts(http.get("/schemas/types").ok().body())).contains("AVRO");
  }

  @Test
  void an_incompatible_schema_is_refused() {
    register(V1);
    Answer refused = http.post("/subjects/" + subject + "/versions", submission(WITHOUT_DEFAULT));
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body().get("error_code").intValue()).isIn(409, 40901);
    assertThat(refused.body().get("message").asText()).contains("note");
    assertThat(versions("")).containsExactly(1);
  }

  @ParameterizedTest
  @CsvSource({
    // level, may WITH_DEFAULT follow V1, may WITHOUT_DEFAULT, may OTHER_TYPE
    "NONE,                true,  true,  true",
    "BACKWARD,            true,  false, false",
    "BACKWARD_TRANSITIVE, true,  false, false",
    "FORWARD,             true,  true,  false",
    "FORWARD_TRANSITIVE,  true,  true,  false",
    "FULL,                true,  false, false",
    "FULL_TRANSITIVE,     true,  false, false",
  })
  void each_level_lets_pass_what_it_promises(
      String level, boolean withDefault, boolean withoutDefault, boolean otherType) {
    register(V1);
    http.put("/config/" + subject, "compatibility", level).ok();
    assertThat(compatible("latest", WITH_DEFAULT)).isEqualTo(withDefault);
    assertThat(compatible("1", WITHOUT_DEFAULT)).isEqualTo(withoutDefault);
    assertThat(compatible("", OTHER_TYPE)).isEqualTo(otherType);
    assertThat(versions("")).as("a check registers nothing").containsExactly(1);
  }

  @ParameterizedTest
  @CsvSource({"BACKWARD, true", "BACKWARD_TRANSITIVE, false"})
  void only_transitive_levels_look_behind_the_latest(String level, boolean expected) {
    // From "note is missing" by way of "note with a default" to "note without a default".
    register(V1);
    register(WITH_DEFAULT);
    http.put("/config/" + subject, "compatibility", level).ok();
    assertThat(compatible("", WITHOUT_DEFAULT)).isEqualTo(expected);
    assertThat(compatible("2", WITHOUT_DEFAULT)).isTrue();
    assertThat(compatible("1", WITHOUT_DEFAULT)).isFalse();
  }

  private boolean compatible(String version, String schema) {
    String path = "/compatibility/subjects/" + subject + "/versions";
    return http.post(version.isEmpty() ? path : path + "/" + version, submission(schema))
        .ok()
        .body()
        .get("is_compatible")
        .booleanValue();
  }

  @Test
  void a_verbose_check_says_why() {
    register(V1);
    JsonNode verdict =
        http.post(
                "/compatibility/subjects/" + subject + "/versions/latest?verbose=true",
                submission(WITHOUT_DEFAULT))
            .ok()
            .body();
    assertThat(verdict.get("is_compatible").booleanValue()).isFalse();
    assertThat(verdict.get("messages").toString()).contains("note");
    JsonNode fine =
        http.post(
                "/compatibility/subjects/" + subject + "/versions?verbose=true",
                submission(WITH_DEFAULT))
            .ok()
            .body();
    assertThat(fine.get("is_compatible").booleanValue()).isTrue();
    assertThat(fine.path("messages")).isEmpty();
  }

  @Test
  void anything_is_compatible_with_nothing() {
    assertThat(compatible("", V1)).isTrue();
    assertThat(compatible("latest", V1)).isTrue();
  }

  @Test
  void a_check_against_a_version_that_is_not_there() {
    register(V1);
    http.post("/compatibility/subjects/" + subject + "/versions/7", submission(V1)).isError(40402);
    http.post("/compatibility/subjects/" + subject + "/versions/1", submission("?")).isError(42201);
  }

  @Test
  void the_level_of_a_subject_is_set_read_and_deleted() {
    String config = "/config/" + subject;
    String global = http.get("/config").ok().body().get("compatibilityLevel").asText();
    http.get(config).isError(40408);
    http.delete(config).isError(40401);
    assertThat(http.get(config + "?defaultToGlobal=true").ok().body().get("compatibilityLevel"))
        .hasToString('"' + global + '"');
    assertThat(http.put(config, "compatibility", "FULL").ok().body().get("compatibility").asText())
        .isEqualTo("FULL");
    assertThat(http.get(config).ok().body().get("compatibilityLevel").asText()).isEqualTo("FULL");
    assertThat(http.delete(config).ok().body().get("compatibilityLevel").asText())
        .isEqualTo("FULL");
    http.get(config).isError(40408);
  }

  @Test
  void a_level_that_is_none() {
    http.put("/config/" + subject, "compatibility", "SIDEWARD").isError(42203);
    http.put("/config", "compatibility", "SIDEWARD").isError(42203);
  }

  @Test
  void the_mode_of_a_subject_is_set_read_and_deleted() {
    String mode = "/mode/" + subject;
    assertThat(http.get("/mode").ok().body().get("mode").asText()).isEqualTo("READWRITE");
    http.get(mode).isError(40409);
    http.delete(mode).isError(40401);
    assertThat(http.get(mode + "?defaultToGlobal=true").ok().body().get("mode").asText())
        .isEqualTo("READWRITE");
    assertThat(http.put(mode, "mode", "READONLY").ok().body().get("mode").asText())
        .isEqualTo("READONLY");
    assertThat(http.get(mode).ok().body().get("mode").asText()).isEqualTo("READONLY");
    assertThat(http.delete(mode).ok().body().get("mode").asText()).isEqualTo("READONLY");
    http.get(mode).isError(40409);
    http.put(mode, "mode", "SIDEWAYS").isError(42204);
  }

  @Test
  void a_read_only_subject_takes_no_writes() {
    register(V1);
    http.put("/mode/" + subject, "mode", "READONLY").ok();
    String versions = "/subjects/" + subject + "/versions";
    http.post(versions, submission(WITH_DEFAULT)).isError(42205);
    http.delete(versions + "/1").isError(42205);
    http.delete("/subjects/" + subject).isError(42205);
    assertThat(versions("")).containsExactly(1);
    http.put("/mode/" + subject, "mode", "READWRITE").ok();
    register(WITH_DEFAULT);
  }

  @Test
  void an_import_keeps_ids_and_versions() {
    String versions = "/subjects/" + subject + "/versions";
    int id = 1_000_000 + Math.floorMod(subject.hashCode(), 1_000_000_000);
    ObjectNode imported = submission(unique("Imported")).put("id", id).put("version", 7);
    http.post(versions, imported).isError(42205);
    http.put("/mode/" + subject, "mode", "IMPORT").ok();
    http.post(versions, submission(V1)).isError(42205);
    assertThat(http.post(versions, imported).ok().body().get("id").intValue()).isEqualTo(id);
    assertThat(versions("")).containsExactly(7);
    http.post(versions, submission(unique("Other")).put("id", id).put("version", 8)).isError(42207);
  }

  @Test
  void no_import_over_what_is_there_unless_forced() {
    register(V1);
    http.put("/mode/" + subject, "mode", "IMPORT").isError(42205);
    http.put("/mode/" + subject + "?force=true", "mode", "IMPORT").ok();
  }

  @Test
  void a_deleted_version_is_hidden_but_its_id_still_resolves() {
    int first = register(unique("First"));
    http.put("/config/" + subject, "compatibility", "NONE").ok();
    register(unique("Second"));
    String one = "/subjects/" + subject + "/versions/1";
    assertThat(http.delete(one).ok().body().intValue()).isEqualTo(1);
    http.get(one).isError(40402);
    assertThat(versions("")).containsExactly(2);
    assertThat(versions("?deleted=true")).containsExactly(1, 2);
    assertThat(http.get(one + "?deleted=true").ok().body().get("id").intValue()).isEqualTo(first);
    http.get("/schemas/ids/" + first).ok();
    http.delete(one).isError(40406);
  }

  @Test
  void a_version_is_deleted_for_good_only_after_it_was_deleted() {
    int id = register(unique("Gone"));
    String one = "/subjects/" + subject + "/versions/1";
    http.delete(one + "?permanent=true").isError(40407);
    http.delete("/subjects/" + subject + "/versions/latest").ok();
    assertThat(http.delete(one + "?permanent=true").ok().body().intValue()).isEqualTo(1);
    http.get("/schemas/ids/" + id).isError(40403);
    http.get("/subjects/" + subject + "/versions?deleted=true").isError(40401);
  }

  @Test
  void a_deleted_subject_is_hidden_and_goes_on_counting() {
    String schema = unique("Back");
    int id = register(schema);
    assertThat(http.delete("/subjects/" + subject).ok().body()).isEqualTo(parse("[1]"));
    assertThat(texts(http.get("/subjects").ok().body())).doesNotContain(subject);
    assertThat(texts(http.get("/subjects?deleted=true").ok().body())).contains(subject);
    http.get("/subjects/" + subject + "/versions").isError(40401);
    http.post("/subjects/" + subject, submission(schema)).isError(40401);
    assertThat(
            http.post("/subjects/" + subject + "?deleted=true", submission(schema))
                .ok()
                .body()
                .get("id")
                .intValue())
        .isEqualTo(id);
    http.delete("/subjects/" + subject).isError(40404);

    assertThat(register(schema)).as("the same schema has the same id").isEqualTo(id);
    assertThat(versions("")).containsExactly(2);
  }

  @Test
  void a_subject_is_deleted_for_good_only_after_it_was_deleted() {
    int id = register(unique("Gone"));
    http.put("/config/" + subject, "compatibility", "NONE").ok();
    String all = "/subjects/" + subject;
    http.delete(all + "?permanent=true").isError(40405);
    http.delete(all).ok();
    assertThat(http.delete(all + "?permanent=true").ok().body()).isEqualTo(parse("[1]"));
    http.get("/schemas/ids/" + id).isError(40403);
    http.get("/config/" + subject).isError(40408);
    assertThat(texts(http.get("/subjects?deleted=true").ok().body())).doesNotContain(subject);
    register(unique("Again"));
    assertThat(versions("")).containsExactly(1);
  }

  @Test
  void a_schema_may_use_a_type_of_another_subject() {
    String base = subject + "-base";
    String price = "Price" + UUID.randomUUID().toString().replace("-", "");
    int priceId = register(base, V1.replace("\"Event\"", '"' + price + '"'));
    String order = record("{'name':'price','type':'contract." + price + "'}");
    http.post("/subjects/" + subject + "/versions", submission(order)).isError(42201);

    ObjectNode body = submission(order);
    body.putArray("references")
        .addObject()
        .put("name", "contract." + price)
        .put("subject", base)
        .put("version", 1);
    int id = http.post("/subjects/" + subject + "/versions", body).ok().body().get("id").intValue();
    JsonNode found = http.get("/schemas/ids/" + id).ok().body();
    assertThat(found.get("references")).isEqualTo(body.get("references"));
    assertThat(found.get("schema").asText()).doesNotContain("long");
    assertThat(http.get("/subjects/" + base + "/versions/1/referencedby").ok().body())
        .isEqualTo(parse("[" + id + "]"));
    assertThat(id).isNotEqualTo(priceId);

    http.delete("/subjects/" + base).isError(42206);
    http.delete("/subjects/" + base + "/versions/1").isError(42206);
    http.delete("/subjects/" + subject).ok();
    http.delete("/subjects/" + base).ok();
  }

  @Test
  void a_reference_to_nothing() {
    ObjectNode body = submission(record("{'name':'price','type':'contract.Missing'}"));
    body.putArray("references")
        .addObject()
        .put("name", "contract.Missing")
        .put("subject", subject + "-missing")
        .put("version", 1);
    http.post("/subjects/" + subject + "/versions", body).isError(42201);
  }
}
