package io.tidemark.schemas.registry;

import static io.tidemark.schemas.registry.RegistryContract.OTHER_TYPE;
import static io.tidemark.schemas.registry.RegistryContract.V1;
import static io.tidemark.schemas.registry.RegistryContract.WITHOUT_DEFAULT;
import static io.tidemark.schemas.registry.RegistryContract.WITH_DEFAULT;
import static io.tidemark.schemas.registry.RegistryContract.record;
import static io.tidemark.schemas.registry.RegistryContract.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.schemas.ErrorCode;
import io.tidemark.schemas.SchemaRegistry;
import io.tidemark.schemas.SchemaRegistry.RegisteredSchema;
import io.tidemark.schemas.TidemarkException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What any registry must do for Confluent's own client: through our interface, which uses it, and
 * with the client itself for what the interface does not offer.
 */
abstract class ClientContract {
  private String subject;
  private SchemaRegistry registry;
  private SchemaRegistryClient client;

  abstract URI registry();

  @BeforeEach
  void connect() {
    subject = "client-" + UUID.randomUUID();
    registry = SchemaRegistry.connect(registry());
    client =
        new CachedSchemaRegistryClient(
            List.of(registry().toString()), 100, List.of(new AvroSchemaProvider()), Map.of());
  }

  @AfterEach
  void disconnect() throws Exception {
    registry.close();
    client.close();
  }

  private static Schema schema(String text) {
    return new Schema.Parser().parse(text);
  }

  private static ErrorCode codeOf(Runnable call) {
    return catchThrowableOfType(TidemarkException.class, call::run).code();
  }

  @Test
  void a_registered_schema_is_found_by_id_and_as_latest() {
    int id = registry.register(subject, schema(V1));
    assertThat(registry.byId(id)).isEqualTo(schema(V1));
    assertThat(registry.latest(subject))
        .isEqualTo(new RegisteredSchema(subject, 1, id, schema(V1)));
    assertThat(registry.register(subject, schema(V1))).isEqualTo(id);
  }

  @Test
  void the_latest_is_never_a_cached_one() {
    registry.register(subject, schema(V1));
    assertThat(registry.latest(subject).version()).isEqualTo(1);
    try (SchemaRegistry another = SchemaRegistry.connect(registry())) {
      another.register(subject, schema(WITH_DEFAULT));
    }
    assertThat(registry.latest(subject).version()).isEqualTo(2);
    assertThat(registry.latest(subject).schema()).isEqualTo(schema(WITH_DEFAULT));
  }

  @Test
  void errors_have_their_codes() {
    assertThat(codeOf(() -> registry.latest(subject))).isEqualTo(ErrorCode.UNKNOWN_SCHEMA);
    assertThat(codeOf(() -> registry.byId(2_000_000_000))).isEqualTo(ErrorCode.UNKNOWN_SCHEMA);
    registry.register(subject, schema(V1));
    assertThatThrownBy(() -> registry.register(subject, schema(WITHOUT_DEFAULT)))
        .isInstanceOfSatisfying(
            TidemarkException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INCOMPATIBLE_SCHEMA))
        .hasMessageContaining(subject)
        .hasMessageContaining("note");
  }

  @Test
  void a_registry_that_is_not_there() {
    // Port 1 is reserved and nothing listens on it.
    try (SchemaRegistry nowhere = SchemaRegistry.connect(URI.create("http://127.0.0.1:1"))) {
      assertThat(codeOf(() -> nowhere.byId(1))).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE);
      assertThat(codeOf(() -> nowhere.latest(subject))).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE);
      assertThat(codeOf(() -> nowhere.register(subject, schema(V1))))
          .isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE);
    }
  }

  @Test
  void incompatibilities_are_told_before_registering() {
    assertThat(registry.incompatibilities(subject, schema(V1))).isEmpty();
    registry.register(subject, schema(V1));
    assertThat(registry.incompatibilities(subject, schema(WITH_DEFAULT))).isEmpty();
    assertThat(registry.incompatibilities(subject, schema(WITHOUT_DEFAULT)))
        .anySatisfy(reason -> assertThat(reason).contains("note"));
    assertThat(registry.latest(subject).version()).isEqualTo(1);
  }

  @Test
  void a_schema_with_references_arrives_whole() throws Exception {
    String type = "Price" + UUID.randomUUID().toString().replace("-", "");
    String base = subject + "-base";
    registry.register(base, schema(V1.replace("\"Event\"", '"' + type + '"')));
    AvroSchema order =
        new AvroSchema(
            record("{'name':'price','type':'contract." + type + "'}"),
            List.of(new SchemaReference("contract." + type, base, 1)),
            Map.of("contract." + type, V1.replace("\"Event\"", '"' + type + '"')),
            null);
    int id = client.register(subject, order);
    Schema found = registry.byId(id);
    assertThat(found.getField("price").schema().getFullName()).isEqualTo("contract." + type);
    assertThat(found.getField("price").schema().getField("id").schema().getType())
        .isEqualTo(Schema.Type.LONG);
  }

  @Test
  void the_client_looks_up_and_lists() throws Exception {
    AvroSchema schema = new AvroSchema(unique("Listed"));
    int id = client.register(subject, schema);
    client.reset();
    assertThat(client.getId(subject, schema)).isEqualTo(id);
    assertThat(client.getVersion(subject, schema)).isEqualTo(1);
    assertThat(client.getAllVersions(subject)).containsExactly(1);
    assertThat(client.getAllSubjects()).contains(subject);
    assertThat(client.getAllSubjectsByPrefix(subject)).containsExactly(subject);
    assertThat(client.getAllSubjectsById(id)).containsExactly(subject);
    assertThat(client.getAllVersionsById(id))
        .singleElement()
        .satisfies(holder -> assertThat(holder.getVersion()).isEqualTo(1));
    assertThat(client.getSchemaMetadata(subject, 1).getId()).isEqualTo(id);
  }

  @Test
  void the_client_sets_levels_and_modes() throws Exception {
    client.register(subject, new AvroSchema(V1));
    assertThat(client.updateCompatibility(subject, "FORWARD")).isEqualTo("FORWARD");
    assertThat(client.getCompatibility(subject)).isEqualTo("FORWARD");
    assertThat(client.testCompatibility(subject, new AvroSchema(WITHOUT_DEFAULT))).isTrue();
    assertThat(client.testCompatibility(subject, new AvroSchema(OTHER_TYPE))).isFalse();
    client.deleteConfig(subject);
    assertThat(errorOf(() -> client.getCompatibility(subject))).isEqualTo(40408);

    assertThat(client.setMode("READONLY", subject)).isEqualTo("READONLY");
    assertThat(client.getMode(subject)).isEqualTo("READONLY");
    assertThat(errorOf(() -> client.register(subject, new AvroSchema(WITH_DEFAULT))))
        .isEqualTo(42205);
    client.deleteMode(subject);
    assertThat(errorOf(() -> client.getMode(subject))).isEqualTo(40409);
  }

  @Test
  void the_client_deletes() throws Exception {
    client.register(subject, new AvroSchema(V1));
    client.register(subject, new AvroSchema(WITH_DEFAULT));
    assertThat(client.deleteSchemaVersion(subject, "1", false)).isEqualTo(1);
    assertThat(client.deleteSubject(subject, false)).containsExactly(2);
    assertThat(client.getAllVersions(subject, true)).containsExactly(1, 2);
    assertThat(errorOf(() -> client.getAllVersions(subject))).isEqualTo(40401);
    assertThat(client.deleteSubject(subject, true)).containsExactly(1, 2);
    assertThat(errorOf(() -> client.getAllVersions(subject, true))).isEqualTo(40401);
  }

  private interface Call {
    void run() throws Exception;
  }

  private static int errorOf(Call call) {
    return catchThrowableOfType(RestClientException.class, call::run).getErrorCode();
  }
}
