package io.tidemark.schemas;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.ParsedSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.jspecify.annotations.Nullable;

/**
 * A registry behind Confluent's own client, and the only file that knows of that client.
 *
 * <p>The client is the build inside Flink's {@code flink-sql-avro-confluent-registry}, the only one
 * on Maven Central. Its Avro and Jackson are relocated, so a schema crosses over as text. Its Guava
 * and some other libraries are not; therefore this module's jar carries the client, and what it
 * needs, relocated once more, and its dependents never see the original jar (see the shade plugin
 * in {@code pom.xml}).
 */
final class ConfluentSchemaRegistry implements SchemaRegistry {
  /**
   * Schemas that one subject may have before the client refuses; ids are few, so this is plenty.
   */
  private static final int CACHE_CAPACITY = 10_000;

  private static final Map<String, Object> CLIENT_CONFIG =
      Map.of(
          SchemaRegistryClientConfig.CLIENT_NAMESPACE
              + SchemaRegistryClientConfig.HTTP_CONNECT_TIMEOUT_MS,
          5_000,
          SchemaRegistryClientConfig.CLIENT_NAMESPACE
              + SchemaRegistryClientConfig.HTTP_READ_TIMEOUT_MS,
          30_000);

  private final URI uri;
  private @Nullable CachedSchemaRegistryClient client;
  private final ConcurrentHashMap<Integer, Schema> schemas = new ConcurrentHashMap<>();

  ConfluentSchemaRegistry(URI uri) {
    this.uri = uri;
  }

  /** Made when it is first asked: that takes some hundred ms of a start that may not need it. */
  private synchronized CachedSchemaRegistryClient client() {
    CachedSchemaRegistryClient made = client;
    if (made == null) {
      made = new CachedSchemaRegistryClient(uri.toString(), CACHE_CAPACITY, CLIENT_CONFIG);
      client = made;
    }
    return made;
  }

  @Override
  public int register(String subject, Schema schema) {
    AvroSchema theirs = theirs(schema);
    return ask(
        "register a schema under subject " + subject, () -> client().register(subject, theirs));
  }

  @Override
  public Schema byId(int id) {
    Schema known = schemas.get(id);
    if (known != null) {
      return known;
    }
    Schema fetched = ask("find schema " + id, () -> ours(client().getSchemaById(id)));
    schemas.putIfAbsent(id, fetched);
    return fetched;
  }

  @Override
  public RegisteredSchema latest(String subject) {
    SchemaMetadata latest =
        ask(
            "find the latest schema of subject " + subject,
            () -> client().getLatestSchemaMetadata(subject));
    return new RegisteredSchema(subject, latest.getVersion(), latest.getId(), byId(latest.getId()));
  }

  @Override
  public List<String> incompatibilities(String subject, Schema schema) {
    AvroSchema theirs = theirs(schema);
    return List.copyOf(
        ask(
            "check a schema against subject " + subject,
            () -> client().testCompatibilityVerbose(subject, theirs)));
  }

  @Override
  public synchronized void close() {
    try {
      if (client != null) {
        client.close();
      }
    } catch (IOException e) {
      // It holds caches and pooled connections only: nothing is lost.
    }
  }

  private static AvroSchema theirs(Schema schema) {
    try {
      return new AvroSchema(schema.toString());
    } catch (RuntimeException e) {
      throw new TidemarkException(
          ErrorCode.INVALID_SCHEMA, "the registry client refuses the schema: " + e.getMessage(), e);
    }
  }

  private static Schema ours(ParsedSchema theirs) {
    if (!(theirs instanceof AvroSchema avro)) {
      throw new TidemarkException(
          ErrorCode.SCHEMA_MISMATCH, "expected an Avro schema, got one of " + theirs.schemaType());
    }
    // The raw schema has its references resolved, the text as registered has not. What somebody
    // once registered is taken as it is: readers cannot mend it.
    return new Schema.Parser(NameValidator.NO_VALIDATION)
        .setValidateDefaults(false)
        .parse(avro.rawSchema().toString());
  }

  private interface Question<T> {
    T ask() throws IOException, RestClientException;
  }

  private <T> T ask(String what, Question<T> question) {
    try {
      return question.ask();
    } catch (RestClientException e) {
      throw new TidemarkException(
          code(e), "the schema registry at " + uri + " did not " + what + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new TidemarkException(
          ErrorCode.REGISTRY_UNAVAILABLE,
          "the schema registry at " + uri + " did not answer to " + what + ": " + e,
          e);
    }
  }

  private static ErrorCode code(RestClientException e) {
    if (e.getStatus() == 409) {
      return ErrorCode.INCOMPATIBLE_SCHEMA;
    }
    if (e.getStatus() == 404 && e.getErrorCode() >= 40401) {
      return ErrorCode.UNKNOWN_SCHEMA;
    }
    return switch (e.getErrorCode()) {
      case 42201 -> ErrorCode.INVALID_SCHEMA;
      case 42208 -> ErrorCode.INVALID_NAME;
      // Read-only or importing: somebody has to change the mode, then the same call succeeds.
      case 42205 -> ErrorCode.REGISTRY_UNAVAILABLE;
      default ->
          e.getStatus() == 400 || e.getStatus() == 422
              ? ErrorCode.INVALID_REQUEST
              : ErrorCode.REGISTRY_UNAVAILABLE;
    };
  }
}
