package io.tidemark.schemas.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What each path answers: the JSON shapes of Confluent's REST API. Thread-safe. */
final class Answers {
  /** The prefix that Confluent's client sends for subjects of any context. */
  private static final String ANY_CONTEXT = ":*:";

  private final Registry registry;
  private final Settings settings;
  private final RegistryState state;
  private final ObjectMapper json = new ObjectMapper();

  Answers(Registry registry, Settings settings, RegistryState state) {
    this.registry = registry;
    this.settings = settings;
    this.state = state;
  }

  Object subjects(Exchange exchange) {
    return state.find(selection(exchange)).stream().map(StoredSchema::subject).distinct().toList();
  }

  Object schemas(Exchange exchange) {
    List<StoredSchema> found = state.find(selection(exchange));
    if (exchange.flag("latestOnly")) {
      found =
          found.stream().filter(schema -> isLast(schema, state.find(selection(exchange)))).toList();
    }
    return found.stream().map(this::described).toList();
  }

  private static boolean isLast(StoredSchema schema, List<StoredSchema> among) {
    return among.stream()
        .noneMatch(
            other ->
                other.subject().equals(schema.subject()) && other.version() > schema.version());
  }

  /** Which versions the parameters ask for: subjectPrefix, deleted, deletedOnly. */
  private static Predicate<StoredSchema> selection(Exchange exchange) {
    String prefix = exchange.parameter("subjectPrefix");
    Predicate<StoredSchema> deletion = deletion(exchange);
    return schema ->
        deletion.test(schema)
            && (prefix == null
                || prefix.equals(ANY_CONTEXT)
                || schema.subject().startsWith(prefix));
  }

  private static Predicate<StoredSchema> deletion(Exchange exchange) {
    boolean deletedToo = exchange.flag("deleted");
    boolean deletedOnly = exchange.flag("deletedOnly");
    return schema -> deletedOnly ? schema.deleted() : deletedToo || !schema.deleted();
  }

  Object lookUp(Exchange exchange) {
    return described(
        registry.lookUp(exchange.subject(), exchange.submission(), exchange.flag("deleted")));
  }

  Object deleteSubject(Exchange exchange) {
    return registry.deleteSubject(exchange.subject(), exchange.flag("permanent"));
  }

  Object versions(Exchange exchange) {
    List<Integer> versions =
        state.allVersions(exchange.subject()).stream()
            .filter(deletion(exchange))
            .map(StoredSchema::version)
            .toList();
    if (versions.isEmpty()) {
      throw RegistryError.unknownSubject(exchange.subject());
    }
    return versions;
  }

  Object register(Exchange exchange) {
    return Map.of("id", registry.register(exchange.subject(), exchange.submission()).id());
  }

  Object version(Exchange exchange) {
    return described(find(exchange));
  }

  Object versionText(Exchange exchange) {
    return text(find(exchange).content());
  }

  Object deleteVersion(Exchange exchange) {
    return registry.deleteVersion(
        exchange.subject(), exchange.version(), exchange.flag("permanent"));
  }

  Object referrers(Exchange exchange) {
    StoredSchema schema = find(exchange);
    return state.referrers(schema.subject(), schema.version()).stream()
        .filter(deletion(exchange))
        .map(StoredSchema::id)
        .distinct()
        .toList();
  }

  private StoredSchema find(Exchange exchange) {
    return registry.version(exchange.subject(), exchange.version(), exchange.flag("deleted"));
  }

  Object schemaOfId(Exchange exchange) {
    ObjectNode answer = json.createObjectNode();
    describe(content(exchange), answer);
    if (exchange.flag("fetchMaxId")) {
      answer.put("maxId", state.maxId());
    }
    return answer;
  }

  Object textOfId(Exchange exchange) {
    return text(content(exchange));
  }

  Object versionsOfId(Exchange exchange) {
    return holders(exchange)
        .map(
            schema ->
                json.createObjectNode()
                    .put("subject", schema.subject())
                    .put("version", schema.version()))
        .toList();
  }

  Object subjectsOfId(Exchange exchange) {
    TreeSet<String> subjects = new TreeSet<>();
    holders(exchange).map(StoredSchema::subject).forEach(subjects::add);
    return subjects;
  }

  private SchemaContent content(Exchange exchange) {
    int id = exchange.id();
    return state.content(id).orElseThrow(() -> RegistryError.unknownSchema(id));
  }

  private Stream<StoredSchema> holders(Exchange exchange) {
    content(exchange);
    int id = exchange.id();
    Predicate<StoredSchema> deletion = deletion(exchange);
    return state.find(schema -> schema.id() == id && deletion.test(schema)).stream();
  }

  Object compatibility(Exchange exchange) {
    return verdict(exchange, () -> registry.violations(exchange.subject(), exchange.submission()));
  }

  Object compatibilityWithOne(Exchange exchange) {
    VersionName version = exchange.version();
    if (version.isLatest() && state.liveVersions(exchange.subject()).isEmpty()) {
      // Nothing that it could be incompatible with.
      return verdict(
          exchange, () -> registry.violations(exchange.subject(), exchange.submission()));
    }
    StoredSchema earlier = registry.version(exchange.subject(), version, false);
    return verdict(
        exchange, () -> registry.violations(exchange.subject(), exchange.submission(), earlier));
  }

  private Object verdict(Exchange exchange, Supplier<List<String>> check) {
    List<String> violations = check.get();
    ObjectNode answer = json.createObjectNode().put("is_compatible", violations.isEmpty());
    if (exchange.flag("verbose")) {
      violations.forEach(answer.putArray("messages")::add);
    }
    return answer;
  }

  Object level(Exchange exchange) {
    return Map.of(
        "compatibilityLevel",
        settings.level(exchange.subjectOrAll(), exchange.flag("defaultToGlobal")));
  }

  Object setLevel(Exchange exchange) {
    CompatibilityLevel level = exchange.level();
    settings.setLevel(exchange.subjectOrAll(), level);
    return Map.of("compatibility", level);
  }

  Object deleteLevel(Exchange exchange) {
    return Map.of("compatibilityLevel", settings.deleteLevel(exchange.subjectOrAll()));
  }

  Object mode(Exchange exchange) {
    return Map.of("mode", settings.mode(exchange.subjectOrAll(), exchange.flag("defaultToGlobal")));
  }

  Object setMode(Exchange exchange) {
    Mode mode = exchange.mode();
    settings.setMode(exchange.subjectOrAll(), mode, exchange.flag("force"));
    return Map.of("mode", mode);
  }

  Object deleteMode(Exchange exchange) {
    return Map.of("mode", settings.deleteMode(exchange.subjectOrAll()));
  }

  private ObjectNode described(StoredSchema schema) {
    ObjectNode answer = json.createObjectNode();
    answer.put("subject", schema.subject());
    answer.put("version", schema.version());
    answer.put("id", schema.id());
    describe(schema.content(), answer);
    return answer;
  }

  private void describe(SchemaContent content, ObjectNode answer) {
    if (!content.type().equals(SchemaContent.AVRO)) {
      answer.put("schemaType", content.type());
    }
    if (!content.references().isEmpty()) {
      answer.set("references", json.valueToTree(content.references()));
    }
    answer.put("schema", content.schema());
  }

  /** The bare schema: for Avro that is JSON itself, so it must not become a JSON string. */
  private static Object text(SchemaContent content) {
    return new RawValue(content.schema());
  }
}
